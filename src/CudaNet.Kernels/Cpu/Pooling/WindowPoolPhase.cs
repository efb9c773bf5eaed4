using System.Runtime.CompilerServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>Pools each window of an image. One item is one row of one plane.</summary>
internal sealed unsafe class WindowPoolPhase<T, TPooling>(float* source, BlockedImage from, WindowPool op, TPooling pooling, float* destination, BlockedImage to) : StoringPhase
    where T : unmanaged, ISimd<T>
    where TPooling : struct, IPooling
{
    public override int Items { get; } = checked(to.Planes * to.Height);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int plane, int y) = Math.DivRem(item, to.Height);
        float* start = source + (plane * from.PlaneStride) + from.Interior;
        float* target = destination + (plane * to.PlaneStride) + to.Interior + (y * to.RowStride);
        PoolWindow rows = PoolWindow.Rows(y, op, from);
        for (int x = 0; x < to.Width; x++, target += BlockedImage.BlockChannels)
        {
            pooling.Pool<T>(start, from.RowStride, rows, PoolWindow.Columns(x, op, from), target);
        }
    }
}

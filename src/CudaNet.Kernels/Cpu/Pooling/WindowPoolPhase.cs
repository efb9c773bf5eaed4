using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Pools each window of an image. One item is one row of one plane.</summary>
internal sealed unsafe class WindowPoolPhase<T, TPooling>(float* source, BlockedImage from, RowPooling<TPooling> pool) : StoringPhase
    where T : unmanaged, ISimd<T>
    where TPooling : struct, IPooling
{
    private readonly RowPooling<TPooling> _pool = pool;

    public override int Items { get; } = checked(pool.Image.Planes * pool.Image.Height);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int plane, int y) = Math.DivRem(item, _pool.Image.Height);
        _pool.Pool<T>(from, source + (plane * from.PlaneStride) + from.Interior, from.RowStride, plane, y);
    }
}

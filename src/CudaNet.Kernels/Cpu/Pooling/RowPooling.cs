using System.Runtime.CompilerServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A pooling whose windows are finished as soon as their rows are there.</summary>
/// <param name="op">Its windows.</param>
/// <param name="pooling">What becomes of one.</param>
/// <param name="destination">Where its output goes.</param>
/// <param name="image">How that lies.</param>
internal readonly unsafe struct RowPooling<TPooling>(WindowPool op, TPooling pooling, float* destination, BlockedImage image)
    where TPooling : struct, IPooling
{
    public WindowPool Op => op;

    public BlockedImage Image => image;

    /// <summary>Pools a row of one plane.</summary>
    /// <param name="from">The image that is pooled: which rows and columns there are.</param>
    /// <param name="plane">Where the plane's first pixel is, or would be where only some rows of it are kept.</param>
    /// <param name="rowStride">Elements from row to row of it.</param>
    /// <param name="index">Which plane of the output, counted through the batch.</param>
    /// <param name="y">Which row of the output.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Pool<T>(in BlockedImage from, float* plane, nint rowStride, int index, int y)
        where T : unmanaged, ISimd<T>
    {
        float* target = destination + (index * image.PlaneStride) + image.Interior + (y * image.RowStride);
        PoolWindow window = PoolWindow.Rows(y, op, from);
        for (int x = 0; x < image.Width; x++, target += BlockedImage.BlockChannels)
        {
            pooling.Pool<T>(plane, rowStride, window, PoolWindow.Columns(x, op, from), target);
        }
    }
}

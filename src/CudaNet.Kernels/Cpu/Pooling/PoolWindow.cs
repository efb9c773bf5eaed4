using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>The rows, or the columns, of an image that a pooling window sees.</summary>
/// <param name="First">The first one.</param>
/// <param name="End">After the last one.</param>
/// <param name="PaddedLength">How many the window covers in the padded image.</param>
internal readonly record struct PoolWindow(int First, int End, int PaddedLength)
{
    public static PoolWindow Rows(int position, WindowPool op, in BlockedImage image) => Of(position, op, image.Height, op.Padding.Top, op.Padding.Bottom);

    public static PoolWindow Columns(int position, WindowPool op, in BlockedImage image) => Of(position, op, image.Width, op.Padding.Left, op.Padding.Right);

    private static PoolWindow Of(int position, WindowPool op, int extent, int before, int after)
    {
        long first = ((long)position * op.Stride) - before;
        long end = Math.Min(first + op.Kernel, (long)extent + after);
        return new PoolWindow((int)Math.Max(first, 0), (int)Math.Min(end, extent), (int)(end - first));
    }
}

using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>The largest element of each window; positions outside the image do not count, a NaN inside wins. One item is one row of one plane.</summary>
internal sealed unsafe class MaxPoolStep<T>(float* source, BlockedImage from, MaxPool2d op, float* destination, BlockedImage to) : ParallelWork
    where T : unmanaged, ISimd<T>
{
    public override int Items { get; } = checked(to.Planes * to.Height);

    public override void Execute(int item, int worker)
    {
        Halo.Clear(destination, to, item, Items);
        (int plane, int y) = Math.DivRem(item, to.Height);
        float* start = source + (plane * from.PlaneStride) + from.Interior;
        float* target = destination + (plane * to.PlaneStride) + to.Interior + (y * to.RowStride);
        (int top, int bottom) = Window(y, from.Height);
        for (int x = 0; x < to.Width; x++, target += BlockedImage.BlockChannels)
        {
            (int left, int right) = Window(x, from.Width);
            for (int lane = 0; lane < BlockedImage.BlockChannels; lane += T.Count)
            {
                T.Store(Largest(start + lane, top, bottom, left, right), target + lane);
            }
        }
    }

    private (int First, int End) Window(int position, int extent)
    {
        int first = (position * op.Stride) - op.Padding;
        return (Math.Max(first, 0), Math.Min(first + op.Kernel, extent));
    }

    private T Largest(float* plane, int top, int bottom, int left, int right)
    {
        T largest = T.Broadcast(float.NegativeInfinity);
        for (int y = top; y < bottom; y++)
        {
            float* row = plane + (y * from.RowStride);
            for (int x = left; x < right; x++)
            {
                largest = T.Max(largest, T.Load(row + ((nint)x * BlockedImage.BlockChannels)));
            }
        }

        return largest;
    }
}

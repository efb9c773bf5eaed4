using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>The largest element of each window; positions outside the image do not count, a NaN inside wins. One item is one row of one plane.</summary>
internal sealed unsafe class MaxPoolPhase<T>(float* source, BlockedImage from, MaxPool2d op, float* destination, BlockedImage to) : StoringPhase
    where T : unmanaged, ISimd<T>
{
    public override int Items { get; } = checked(to.Planes * to.Height);

    protected override void Compute(int item, int worker)
    {
        (int plane, int y) = Math.DivRem(item, to.Height);
        float* start = source + (plane * from.PlaneStride) + from.Interior;
        float* target = destination + (plane * to.PlaneStride) + to.Interior + (y * to.RowStride);
        PoolWindow rows = PoolWindow.Rows(y, op, from);
        for (int x = 0; x < to.Width; x++, target += BlockedImage.BlockChannels)
        {
            PoolWindow columns = PoolWindow.Columns(x, op, from);
            for (int lane = 0; lane < BlockedImage.BlockChannels; lane += T.Count)
            {
                T.Store(Largest(start + lane, rows, columns), target + lane);
            }
        }
    }

    private T Largest(float* plane, PoolWindow rows, PoolWindow columns)
    {
        T largest = T.Broadcast(float.NegativeInfinity);
        for (int y = rows.First; y < rows.End; y++)
        {
            float* row = plane + (y * from.RowStride);
            for (int x = columns.First; x < columns.End; x++)
            {
                largest = T.Max(largest, T.Load(row + ((nint)x * BlockedImage.BlockChannels)));
            }
        }

        return largest;
    }
}

using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The mean of each window: sums of rows, then their sum, then the division by the number of elements that count. One item is one row of one plane.
/// </summary>
internal sealed unsafe class AveragePoolPhase<T>(float* source, BlockedImage from, AvgPool2d op, float* destination, BlockedImage to) : StoringPhase
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
            long elements = op.CountIncludePad ? (long)rows.PaddedLength * columns.PaddedLength : (long)(rows.End - rows.First) * (columns.End - columns.First);
            T share = T.Broadcast((float)(1.0 / elements));
            for (int lane = 0; lane < BlockedImage.BlockChannels; lane += T.Count)
            {
                T.Store(T.MultiplyAdd(Sum(start + lane, rows, columns), share, T.Broadcast(0)), target + lane);
            }
        }
    }

    private T Sum(float* plane, PoolWindow rows, PoolWindow columns)
    {
        T total = T.Broadcast(0);
        for (int y = rows.First; y < rows.End; y++)
        {
            float* row = plane + (y * from.RowStride);
            T sum = T.Broadcast(0);
            for (int x = columns.First; x < columns.End; x++)
            {
                sum = T.Add(sum, T.Load(row + ((nint)x * BlockedImage.BlockChannels)));
            }

            total = T.Add(total, sum);
        }

        return total;
    }
}

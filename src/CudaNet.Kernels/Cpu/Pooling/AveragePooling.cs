using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>The mean of each window: sums of rows, then their sum, then the division by the number of elements that count.</summary>
/// <param name="countsPadding">Whether the padding's elements do.</param>
internal readonly unsafe struct AveragePooling(bool countsPadding) : IPooling
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Pool<T>(float* plane, nint rowStride, PoolWindow rows, PoolWindow columns, float* target)
        where T : unmanaged, ISimd<T>
    {
        long elements = countsPadding ? (long)rows.PaddedLength * columns.PaddedLength : (long)(rows.End - rows.First) * (columns.End - columns.First);
        T share = T.Broadcast((float)(1.0 / elements));
        for (int lane = 0; lane < BlockedImage.BlockChannels; lane += T.Count)
        {
            T total = T.Broadcast(0);
            for (int y = rows.First; y < rows.End; y++)
            {
                float* row = plane + (y * rowStride) + lane;
                T sum = T.Broadcast(0);
                for (int x = columns.First; x < columns.End; x++)
                {
                    sum = T.Add(sum, T.Load(row + ((nint)x * BlockedImage.BlockChannels)));
                }

                total = T.Add(total, sum);
            }

            T.Store(T.MultiplyAdd(total, share, T.Broadcast(0)), target + lane);
        }
    }
}

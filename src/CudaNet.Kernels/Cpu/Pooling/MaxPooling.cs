using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>The largest element of each window; positions outside the image do not count, a NaN inside wins.</summary>
internal readonly unsafe struct MaxPooling : IPooling
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Pool<T>(float* plane, nint rowStride, PoolWindow rows, PoolWindow columns, float* target)
        where T : unmanaged, ISimd<T>
    {
        for (int lane = 0; lane < BlockedImage.BlockChannels; lane += T.Count)
        {
            T largest = T.Broadcast(float.NegativeInfinity);
            for (int y = rows.First; y < rows.End; y++)
            {
                float* row = plane + (y * rowStride) + lane;
                for (int x = columns.First; x < columns.End; x++)
                {
                    largest = T.Max(largest, T.Load(row + ((nint)x * BlockedImage.BlockChannels)));
                }
            }

            T.Store(largest, target + lane);
        }
    }
}

using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>The mean of each plane: sums of rows, then their sum, then the division, always in that order. One item is one plane of 16 channels.</summary>
internal sealed unsafe class GlobalAveragePhase<T>(float* source, BlockedImage from, float* destination) : StoringPhase
    where T : unmanaged, ISimd<T>
{
    public override int Items { get; } = from.Planes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        float* start = source + (item * from.PlaneStride) + from.Interior;
        float* target = destination + ((nint)item * BlockedImage.BlockChannels);
        T share = T.Broadcast((float)(1.0 / ((double)from.Height * from.Width)));
        for (int lane = 0; lane < BlockedImage.BlockChannels; lane += T.Count)
        {
            T total = T.Broadcast(0);
            for (int y = 0; y < from.Height; y++)
            {
                float* row = start + (y * from.RowStride) + lane;
                T sum = T.Broadcast(0);
                for (int x = 0; x < from.Width; x++)
                {
                    sum = T.Add(sum, T.Load(row + ((nint)x * BlockedImage.BlockChannels)));
                }

                total = T.Add(total, sum);
            }

            T.Store(T.MultiplyAdd(total, share, T.Broadcast(0)), target + lane);
        }
    }
}

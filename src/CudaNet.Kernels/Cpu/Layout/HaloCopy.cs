using System.Runtime.CompilerServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>Copies a stored value to where it has a wider halo, for convolutions that pad by more than the stored one. One item is one plane.</summary>
internal sealed unsafe class HaloCopy(float* source, BlockedImage from, float* destination, BlockedImage to) : StoringPhase
{
    /// <summary>The copy that a step makes of its input for a halo: null where the stored value has that, and for the run's input, which is made with any.</summary>
    public static BlockedImage? ImageFor(PlanValue value, int halo)
    {
        BlockedImage stored = BlockedImage.Of(value.Shape);
        return value.Slot is null || halo <= stored.Halo ? null : stored.WithHalo(halo);
    }

    public override int Items { get; } = from.Planes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        float* start = source + (item * from.PlaneStride) + from.Interior;
        float* target = destination + (item * to.PlaneStride) + to.Interior;
        long rowBytes = (long)from.Width * BlockedImage.BlockChannels * sizeof(float);
        for (int y = 0; y < from.Height; y++)
        {
            Buffer.MemoryCopy(start + (y * from.RowStride), target + (y * to.RowStride), rowBytes, rowBytes);
        }
    }
}

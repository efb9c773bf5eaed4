using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Copies the value that a part of the batch leaves its steps with to its place in the whole batch's, with the zeros around it. One item is one plane.</summary>
/// <param name="source">The part's value.</param>
/// <param name="image">How it lies there, and in the batch's.</param>
/// <param name="destination">The batch's value.</param>
internal sealed unsafe class PartCopy(float* source, BlockedImage image, float* destination) : ParallelWork
{
    /// <summary>The part's first image, counted in the batch.</summary>
    public int FirstImage { get; set; }

    public override int Items { get; } = image.Planes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(int item, int worker)
    {
        nint plane = item * image.PlaneStride, bytes = image.PlaneStride * sizeof(float);
        Buffer.MemoryCopy(source + plane, destination + (FirstImage * image.ImageStride) + plane, bytes, bytes);
    }
}

using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Adds a constant image to each. One item is one row of one plane of 16 channels.</summary>
internal sealed unsafe class OffsetPhase<T>(float* source, BlockedImage image, PackedOffset offset, float* destination) : StoringPhase
    where T : unmanaged, ISimd<T>
{
    public override int Items { get; } = checked(image.Planes * image.Height);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int plane, int y) = Math.DivRem(item, image.Height);
        nint start = (plane * image.PlaneStride) + image.Interior + (y * image.RowStride);
        nint length = (nint)image.Width * BlockedImage.BlockChannels;
        float* added = offset.Values + ((((nint)(plane % image.Blocks) * image.Height) + y) * length);
        for (nint i = 0; i < length; i += T.Count)
        {
            T.Store(T.Add(T.Load(source + start + i), T.Load(added + i)), destination + start + i);
        }
    }
}

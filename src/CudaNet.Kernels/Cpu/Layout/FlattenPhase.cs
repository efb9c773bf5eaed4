using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>An image's values in the order of channels, rows and columns, as one vector. One item is one plane of 16 channels.</summary>
internal sealed unsafe class FlattenPhase<T>(float* source, BlockedImage from, float* destination, BlockedImage to) : StoringPhase
    where T : unmanaged, ISimd<T>
{
    private readonly int _pixels = checked(from.Height * from.Width);

    public override int Items { get; } = from.Planes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int image, int block) = Math.DivRem(item, from.Blocks);
        int first = block * BlockedImage.BlockChannels;
        float* vector = destination + (image * to.ImageStride);
        int channels = Math.Min(BlockedImage.BlockChannels, from.Channels - first);
        DensePlanes<T>.Copy(source + (item * from.PlaneStride) + from.Interior, from, 0, _pixels, channels, vector + ((nint)first * _pixels), _pixels, streams: false);
        if (block == from.Blocks - 1)
        {
            new Span<float>(vector + to.Channels, (int)(to.ImageStride - to.Channels)).Clear();
        }
    }
}

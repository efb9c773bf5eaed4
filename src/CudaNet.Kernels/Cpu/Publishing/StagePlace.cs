using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Where a step's output is while its stages are published: all of it, or some rows.</summary>
/// <param name="values">Where offsets count from.</param>
/// <param name="image">How it lies there.</param>
/// <param name="origin">Added to every offset: of a strip of rows, what brings its first row to its start.</param>
internal readonly unsafe struct StagePlace(float* values, in BlockedImage image, nint origin)
{
    public readonly BlockedImage Image = image;

    public float* Values => values;

    /// <summary>Element offset of a channel at a pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Offset(int image, int y, int x, int channel) =>
        origin + (image * Image.ImageStride) + Image.ChannelOffset(channel) + Image.Interior + (y * Image.RowStride) + (x * (nint)BlockedImage.BlockChannels);
}

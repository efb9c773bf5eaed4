using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Where the pixels of tiles are stored, and what happens to them before.</summary>
/// <param name="epilogue">What happens to them; its offsets count from here.</param>
/// <param name="image">How they lie there.</param>
/// <param name="origin">Added to every offset: of a strip of rows, what brings its first row to its start.</param>
internal readonly unsafe struct TileDestination(in Epilogue epilogue, in BlockedImage image, nint origin)
{
    private readonly BlockedImage _image = image;

    public readonly Epilogue Epilogue = epilogue;

    public nint RowStride => _image.RowStride;

    /// <summary>Element offset of a channel at a pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Offset(int image, int y, int x, int channel) =>
        origin + (image * _image.ImageStride) + _image.ChannelOffset(channel) + _image.Interior + (y * _image.RowStride) + (x * (nint)BlockedImage.BlockChannels);
}

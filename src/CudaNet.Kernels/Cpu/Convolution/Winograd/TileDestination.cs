using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Where the pixels of tiles are stored, and what happens to them before.</summary>
/// <param name="epilogue">What happens to them.</param>
/// <param name="place">Where they go: the epilogue's offsets count from its values.</param>
internal readonly unsafe struct TileDestination(in Epilogue epilogue, in StagePlace place)
{
    public readonly Epilogue Epilogue = epilogue;

    public readonly StagePlace Place = place;

    public nint RowStride => Place.Image.RowStride;

    /// <summary>Element offset of a channel at a pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Offset(int image, int y, int x, int channel) => Place.Offset(image, y, x, channel);
}

using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Where the values of a batch lie: [N][C/16][H + 2·halo][W + 2·halo][16], the halo zero, channels padded to a multiple of 16 at every SIMD width.
/// A vector N×C is an image of one pixel without halo. Strides and offsets are in elements.
/// </summary>
internal readonly record struct BlockedImage(int Batch, int Channels, int Height, int Width, int Halo)
{
    /// <summary>Channels that lie side by side.</summary>
    public const int BlockChannels = 16;

    public int Blocks => (int)(((long)Channels + BlockChannels - 1) / BlockChannels);

    public nint RowStride => checked((Width + (2 * (nint)Halo)) * BlockChannels);

    public nint PlaneStride => checked((Height + (2 * (nint)Halo)) * RowStride);

    public nint ImageStride => checked(Blocks * PlaneStride);

    public long Elements => checked(Batch * (long)ImageStride);

    /// <summary>From a plane's start to its first pixel inside the halo.</summary>
    public nint Interior => checked(Halo * (RowStride + BlockChannels));

    /// <summary>Planes of 16 channels in the whole batch.</summary>
    public int Planes => checked(Batch * Blocks);

    /// <summary>How values of that shape lie between steps.</summary>
    public static BlockedImage Of(TensorShape shape) =>
        shape.Rank == 4
            ? new BlockedImage(shape.Batch, shape.Channels, shape.Height, shape.Width, StorageLayout.Blocked16.Halo)
            : new BlockedImage(shape.Batch, shape.Channels, 1, 1, 0);
}

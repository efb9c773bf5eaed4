using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Where the values of a batch lie: [N][C/16][H + 2·halo][W + 2·halo][16], the halo zero, channels padded to a multiple of 16 at every SIMD width.
/// A vector N×C is an image of one pixel without halo. Strides and offsets are in elements, computed with checks once: kernels only read them.
/// </summary>
internal readonly record struct BlockedImage
{
    /// <summary>Channels that lie side by side.</summary>
    public const int BlockChannels = 16;

    private BlockedImage(int batch, int channels, int height, int width, int halo)
    {
        checked
        {
            (Batch, Channels, Height, Width, Halo) = (batch, channels, height, width, halo);
            Blocks = (int)(PaddedChannels(channels) / BlockChannels);
            RowStride = (width + (2 * (nint)halo)) * BlockChannels;
            PlaneStride = (height + (2 * (nint)halo)) * RowStride;
            ImageStride = Blocks * PlaneStride;
            Elements = batch * (long)ImageStride;
            Interior = halo * (RowStride + BlockChannels);
            Planes = batch * Blocks;
        }
    }

    public int Batch { get; }

    public int Channels { get; }

    public int Height { get; }

    public int Width { get; }

    public int Halo { get; }

    public int Blocks { get; }

    public nint RowStride { get; }

    public nint PlaneStride { get; }

    public nint ImageStride { get; }

    public long Elements { get; }

    /// <summary>From a plane's start to its first pixel inside the halo.</summary>
    public nint Interior { get; }

    /// <summary>Planes of 16 channels in the whole batch.</summary>
    public int Planes { get; }

    /// <summary>From an image's first channel to another, at the same pixel.</summary>
    public nint ChannelOffset(int channel) => (channel / BlockChannels * PlaneStride) + (channel % BlockChannels);

    /// <summary>That many channels, padded to whole blocks.</summary>
    public static long PaddedChannels(long channels) => StorageLayout.Blocked16.PaddedChannels(channels);

    /// <summary>How values of that shape lie between steps.</summary>
    /// <exception cref="OverflowException">They are more than can be indexed; likewise below.</exception>
    public static BlockedImage Of(TensorShape shape) =>
        shape.Rank == 4
            ? new BlockedImage(shape.Batch, shape.Channels, shape.Height, shape.Width, StorageLayout.Blocked16.Halo)
            : new BlockedImage(shape.Batch, shape.Channels, 1, 1, 0);

    /// <summary>The same values with another halo around them.</summary>
    public BlockedImage WithHalo(int halo) => new(Batch, Channels, Height, Width, halo);

    /// <summary>So many pixels of one block of channels, one behind the other.</summary>
    public static BlockedImage Line(int pixels) => new(1, BlockChannels, 1, pixels, 0);

    /// <summary>So many rows of one image, without a halo.</summary>
    public BlockedImage Rows(int height) => new(1, Channels, height, Width, 0);
}

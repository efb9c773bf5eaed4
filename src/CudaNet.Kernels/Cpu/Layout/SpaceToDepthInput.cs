using System.Runtime.CompilerServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The run's input for a convolution of stride 2 over few channels: pixels of even and odd rows and columns, counted from the first one that a window reads, are channels
/// beside each other, so that the convolution is one of stride 1 and half as many taps a side. What lies outside the image stays as it was allocated: zero.
/// </summary>
internal sealed unsafe class SpaceToDepthInput(float* destination, TensorShape from, Padding padding, BlockedImage image)
    : HostInput(from.Batch, from.Channels, from.Height, from.Width)
{
    private readonly int _channels = from.Channels;
    private readonly int _width = from.Width;

    public float* Destination => destination;

    public Padding Padding => padding;

    public BlockedImage Image => image;

    /// <summary>Where the values lie for so many rows and columns, which are half the input's.</summary>
    public static BlockedImage ImageOf(TensorShape from, int height, int width) =>
        BlockedImage.Of(new TensorShape(from.Batch, 4 * from.Channels, height, width)).WithHalo(0);

    /// <summary>Which of the 16 channels has a channel's pixels of that row and column.</summary>
    public static int Lane(int channels, int channel, int row, int column) => ((((row % 2) * 2) + (column % 2)) * channels) + channel;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void CopyRow(float* row, nint plane, int image, int y)
    {
        (int line, int odd) = Math.DivRem(y + padding.Top, 2);
        if (line >= Image.Height)
        {
            return; // No window reads it.
        }

        float* target = destination + (image * Image.ImageStride) + (line * Image.RowStride);
        int end = (int)Math.Min(_width, (2L * Image.Width) - padding.Left);
        int first = padding.Left % 2;
        float* pixel = row + first;
        float* last = row + end - 1;
        float* lanes = target + ((padding.Left + first) / 2 * (nint)BlockedImage.BlockChannels) + Lane(_channels, 0, odd, 0);
        if (first == 1 && end > 0)
        {
            CopyPixel(row, plane, lanes - BlockedImage.BlockChannels + _channels);
        }

        for (; pixel < last; pixel += 2, lanes += BlockedImage.BlockChannels)
        {
            CopyPair(pixel, plane, lanes);
        }

        if (pixel == last)
        {
            CopyPixel(pixel, plane, lanes);
        }
    }

    /// <summary>A pixel of an even column and its right neighbour: their channels are beside each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CopyPair(float* pixel, nint plane, float* lanes)
    {
        for (float* end = lanes + _channels; lanes < end; lanes++, pixel += plane)
        {
            lanes[0] = pixel[0];
            lanes[_channels] = pixel[1];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CopyPixel(float* pixel, nint plane, float* lanes)
    {
        for (float* end = lanes + _channels; lanes < end; lanes++, pixel += plane)
        {
            *lanes = *pixel;
        }
    }
}

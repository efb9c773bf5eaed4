using System.Runtime.CompilerServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The run's input for a convolution of stride 2 over few channels: a channel's pixels of even and odd rows and columns, counted from the first one that a window reads, are four channels
/// beside each other, so that the convolution is one of stride 1 and half as many taps a side. What lies outside the image stays as it was allocated: zero.
/// </summary>
internal sealed unsafe class SpaceToDepthInput(float* destination, TensorShape from, Padding padding, BlockedImage image)
    : HostInput(from.Batch, from.Channels, from.Height, from.Width, padding.Top % 2)
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
    public static int Lane(int channel, int row, int column) => (4 * channel) + (2 * (row % 2)) + (column % 2);

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
        float* lanes = target + ((padding.Left + first) / 2 * (nint)BlockedImage.BlockChannels);
        for (int channel = 0; channel < _channels; channel++, row += plane)
        {
            CopyChannel(row, first, end, lanes + Lane(channel, odd, 0));
        }
    }

    /// <summary>A channel's row. A pixel of an even column and its right neighbour are neighbours there, too, and go together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyChannel(float* row, int first, int end, float* lanes)
    {
        if (first == 1 && end > 0)
        {
            lanes[1 - BlockedImage.BlockChannels] = *row;
        }

        float* pixel = row + first;
        float* last = row + end - 1;
        for (; pixel + 2 < last; pixel += 4, lanes += 2 * BlockedImage.BlockChannels)
        {
            *(long*)lanes = *(long*)pixel;
            *(long*)(lanes + BlockedImage.BlockChannels) = *(long*)(pixel + 2);
        }

        for (; pixel < last; pixel += 2, lanes += BlockedImage.BlockChannels)
        {
            *(long*)lanes = *(long*)pixel;
        }

        if (pixel == last)
        {
            *lanes = *pixel;
        }
    }
}

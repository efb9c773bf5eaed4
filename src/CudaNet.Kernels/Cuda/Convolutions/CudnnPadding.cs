using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// How cuDNN gets a padding of four sides, where its descriptors have one number for both ends of an extent. As long as the windows come out the same, the
/// descriptor's number is the padding before the image; otherwise it is the smaller of both ends, and the rest stands around a copy of the input, a
/// <see cref="PaddedInput"/>.
/// </summary>
/// <param name="Descriptor">Rows and columns at both ends, for the descriptor.</param>
/// <param name="Copied">What the copy has around it; nothing where no copy is needed.</param>
internal readonly record struct CudnnPadding((int H, int W) Descriptor, Padding Copied)
{
    public bool NeedsCopy => Copied.Largest > 0;

    /// <param name="op">The layer.</param>
    /// <param name="input">N×C×H×W.</param>
    public static CudnnPadding Of(Conv2d op, TensorShape input)
    {
        TensorShape output = op.InferShape([input]);
        (int h, int top, int bottom) = Split(input.Height, output.Height, op.KernelHeight, op, op.Padding.Top);
        (int w, int left, int right) = Split(input.Width, output.Width, op.KernelWidth, op, op.Padding.Left);
        return new CudnnPadding((h, w), new Padding(top, left, bottom, right));
    }

    private static (int Both, int Before, int Behind) Split(int extent, int outputs, int kernel, Conv2d op, int before)
    {
        long window = ((long)(kernel - 1) * op.Dilation) + 1;
        long room = extent + (2L * before) - window;
        if (room >= 0 && (room / op.Stride) + 1 == outputs)
        {
            return (before, 0, 0);
        }

        // As far as the last window reaches, which may be less than the layer's own.
        int behind = (int)Math.Max(0, ((outputs - 1L) * op.Stride) + window - extent - before);
        int both = Math.Min(before, behind);
        return (both, before - both, behind - both);
    }
}

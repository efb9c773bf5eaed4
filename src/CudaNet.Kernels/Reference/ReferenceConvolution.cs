using CudaNet.Engine;

namespace CudaNet.Kernels.Reference;

/// <summary>
/// y[n,k,oy,ox] = bias[k] + Σ over the group's channels c and the window (i,j) of x[n, c, oy·s + i·d − p, ox·s + j·d − q] · w[k,c,i,j], zero outside.
/// </summary>
internal static class ReferenceConvolution
{
    public static void Run(
        ReadOnlySpan<float> source,      // (N, C, H, W)
        TensorShape from,
        Conv2d op,
        ReadOnlySpan<float> weight,      // (K, C / groups, R, S)
        ReadOnlySpan<float> bias,        // (K), or empty
        Span<float> destination,         // (N, K, OH, OW)
        TensorShape to,
        Span<double> sums)               // (OW), scratch
    {
        int groupChannels = op.InChannels / op.Groups;
        int groupOutputs = op.OutChannels / op.Groups;
        int filterLength = groupChannels * op.KernelHeight * op.KernelWidth;
        int plane = from.Height * from.Width;
        int index = 0;
        for (int n = 0; n < to.Batch; n++)
        {
            for (int k = 0; k < to.Channels; k++)
            {
                int firstChannel = k / groupOutputs * groupChannels;
                ReadOnlySpan<float> image = source.Slice(((n * from.Channels) + firstChannel) * plane, groupChannels * plane);
                ReadOnlySpan<float> filter = weight.Slice(k * filterLength, filterLength);
                for (int oy = 0; oy < to.Height; oy++)
                {
                    sums.Fill(bias.IsEmpty ? 0 : bias[k]);
                    AddRow(image, from, op, filter, oy, sums);
                    foreach (double sum in sums)
                    {
                        destination[index++] = (float)sum;
                    }
                }
            }
        }
    }

    /// <summary>Adds all terms of one row of outputs, each output's in the order channel, window row, window column.</summary>
    private static void AddRow(ReadOnlySpan<float> image, TensorShape from, Conv2d op, ReadOnlySpan<float> filter, int oy, Span<double> sums)
    {
        (int height, int width) = (from.Height, from.Width);
        for (int tap = 0; tap < filter.Length; tap++)
        {
            (int rest, int j) = Math.DivRem(tap, op.KernelWidth);
            (int c, int i) = Math.DivRem(rest, op.KernelHeight);
            long y = ((long)oy * op.Stride) + ((long)i * op.Dilation) - op.Padding.Top;
            if (y < 0 || y >= height)
            {
                continue;
            }

            ReadOnlySpan<float> row = image.Slice(((c * height) + (int)y) * width, width);
            double weight = filter[tap];
            long start = ((long)j * op.Dilation) - op.Padding.Left;

            // The first output column whose window has this tap inside the image.
            long ox = start >= 0 ? 0 : (-start + op.Stride - 1) / op.Stride;
            for (long x = start + (ox * op.Stride); ox < sums.Length && x < row.Length; ox++, x += op.Stride)
            {
                sums[(int)ox] += row[(int)x] * weight;
            }
        }
    }
}

using CudaNet.Engine;

namespace CudaNet.Kernels.Reference;

/// <summary>
/// y[n,k,oy,ox] = bias[k] + Σ over the group's channels c and the window (i,j) of x[n, c, oy·s + i·d − p, ox·s + j·d − p] · w[k,c,i,j], zero outside.
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
        TensorShape to)
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
                double start = bias.IsEmpty ? 0 : bias[k];
                for (int oy = 0; oy < to.Height; oy++)
                {
                    for (int ox = 0; ox < to.Width; ox++)
                    {
                        destination[index++] = (float)(start + Window(image, from, op, groupChannels, filter, oy, ox));
                    }
                }
            }
        }
    }

    private static double Window(ReadOnlySpan<float> image, TensorShape from, Conv2d op, int channels, ReadOnlySpan<float> filter, int oy, int ox)
    {
        (int height, int width) = (from.Height, from.Width);
        int left = (ox * op.Stride) - op.Padding;
        double sum = 0;
        for (int c = 0; c < channels; c++)
        {
            for (int i = 0; i < op.KernelHeight; i++)
            {
                int y = (oy * op.Stride) + (i * op.Dilation) - op.Padding;
                if ((uint)y >= (uint)height)
                {
                    continue;
                }

                ReadOnlySpan<float> row = image.Slice(((c * height) + y) * width, width);
                ReadOnlySpan<float> taps = filter.Slice(((c * op.KernelHeight) + i) * op.KernelWidth, op.KernelWidth);
                for (int j = 0; j < taps.Length; j++)
                {
                    int x = left + (j * op.Dilation);
                    if ((uint)x < (uint)row.Length)
                    {
                        sum += (double)row[x] * taps[j];
                    }
                }
            }
        }

        return sum;
    }
}

using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Inputs in other orders and precisions, computed here.</summary>
internal static class PixelOrders
{
    public static float[] ChannelsLast(Tensor planes)
    {
        (int n, int c, int h, int w) = (planes.Shape.Batch, planes.Shape.Channels, planes.Shape.Height, planes.Shape.Width);
        float[] values = new float[planes.Values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            (int pixel, int channel) = Math.DivRem(i, c);
            (int image, int place) = Math.DivRem(pixel, h * w);
            values[i] = planes.Values[(((image * c) + channel) * h * w) + place];
        }

        Assert.Equal(n * c * h * w, values.Length);
        return values;
    }

    public static Tensor Rounded(Tensor values, StoragePrecision precision)
    {
        byte[] stored = StorageEncoding.Encode(values.Values, precision);
        return new Tensor(values.Shape, Enumerable.Range(0, values.Values.Length).Select(i => StorageEncoding.Decode(stored.AsSpan(i * precision.Bytes()), precision)).ToArray());
    }

    public static Tensor Normalized(byte[] pixels, TensorShape shape, Preprocessing rule)
    {
        float[] planes = new float[pixels.Length];
        int plane = shape.Height * shape.Width;
        for (int i = 0; i < pixels.Length; i++)
        {
            (int pixel, int c) = Math.DivRem(i, 3);
            planes[(((pixel / plane * 3) + c) * plane) + (pixel % plane)] = (float)(((pixels[i] / 255.0) - rule.Mean[c]) / rule.Std[c]);
        }

        return new Tensor(shape, planes);
    }
}

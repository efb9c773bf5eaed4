using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Values of an input that lies N×H×W×C, for an observer on the host: fp32, N×C×H×W.</summary>
internal static class PixelValues
{
    /// <summary>(pixel / 255 − mean) / std, in double and rounded once, as preprocessing on the host has it.</summary>
    public static void Normalize(ReadOnlySpan<byte> pixels, TensorShape shape, Preprocessing rule, Span<float> planes)
    {
        for (int c = 0; c < shape.Channels; c++)
        {
            float[] values = new float[byte.MaxValue + 1];
            for (int pixel = 0; pixel < values.Length; pixel++)
            {
                values[pixel] = (float)(((pixel / 255.0) - rule.Mean[c]) / rule.Std[c]);
            }

            for (int i = c; i < pixels.Length; i += shape.Channels)
            {
                planes[PlaneIndex(i, shape)] = values[pixels[i]];
            }
        }
    }

    public static void Widen(ReadOnlySpan<byte> stored, TensorShape shape, StoragePrecision precision, Span<float> planes)
    {
        for (int i = 0; i < planes.Length; i++)
        {
            planes[PlaneIndex(i, shape)] = StorageEncoding.Decode(stored[(i * precision.Bytes())..], precision);
        }
    }

    private static int PlaneIndex(int pixelIndex, TensorShape shape)
    {
        (int pixel, int c) = Math.DivRem(pixelIndex, shape.Channels);
        (int image, int place) = Math.DivRem(pixel, shape.Height * shape.Width);
        return (((image * shape.Channels) + c) * shape.Height * shape.Width) + place;
    }
}

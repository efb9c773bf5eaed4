using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Values of an input that lies N×H×W×C, for an observer on the host: fp32, N×C×H×W.</summary>
internal sealed class PixelValues
{
    private readonly float[][] _values;

    /// <summary>(pixel / 255 − mean) / std of every byte, in double and rounded once, as preprocessing on the host has it.</summary>
    public PixelValues(Preprocessing rule) =>
        _values = [.. rule.Mean.Zip(rule.Std, (mean, std) => Enumerable.Range(0, byte.MaxValue + 1).Select(pixel => (float)(((pixel / 255.0) - mean) / std)).ToArray())];

    public void Normalize(ReadOnlySpan<byte> pixels, TensorShape shape, Span<float> planes)
    {
        int plane = shape.Height * shape.Width, next = 0;
        for (int image = 0; image < shape.Batch; image++)
        {
            Span<float> own = planes.Slice(image * shape.Channels * plane, shape.Channels * plane);
            for (int place = 0; place < plane; place++)
            {
                for (int c = 0; c < shape.Channels; c++)
                {
                    own[(c * plane) + place] = _values[c][pixels[next++]];
                }
            }
        }
    }

    public static void Widen(ReadOnlySpan<byte> stored, TensorShape shape, StoragePrecision precision, Span<float> planes)
    {
        int plane = shape.Height * shape.Width, bytes = precision.Bytes(), next = 0;
        for (int image = 0; image < shape.Batch; image++)
        {
            Span<float> own = planes.Slice(image * shape.Channels * plane, shape.Channels * plane);
            for (int place = 0; place < plane; place++)
            {
                for (int c = 0; c < shape.Channels; c++, next += bytes)
                {
                    own[(c * plane) + place] = StorageEncoding.Decode(stored[next..], precision);
                }
            }
        }
    }
}

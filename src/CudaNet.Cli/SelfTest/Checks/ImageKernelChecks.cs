using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Cli.SelfTest;

/// <summary>The kernels that bring images into the network's form: normalisation, and the change of layout both ways. Both are exact.</summary>
internal static class ImageKernelChecks
{
    private static readonly Preprocessing Colour = Preprocessing.Timm;
    private static readonly Preprocessing Grey = new(8, 8, Interpolation.Bilinear, null, [0.449], [0.226]);

    public static IEnumerable<Check> All() =>
    [
        .. Normalization(Colour, 224, 224, 4, withNaive: true),
        .. Normalization(Colour, 33, 47, 5, withNaive: true),
        .. Normalization(Colour, 33, 47, 8),
        .. Normalization(Grey, 33, 47, 4),
        .. Normalization(Grey, 33, 47, 8),
        .. Layout(new TensorShape(1, 64, 56, 56), 64, withNaive: true),
        .. Layout(KernelCases.Odd, 33, withNaive: true),
        .. Layout(new TensorShape(1, 3, 224, 224), 8),
        .. Layout(new TensorShape(1, 512, 7, 7), 512),
        .. Enum.GetValues<StoragePrecision>().SelectMany(from => KernelCases.Of($"NHWC {from.ShortName()} → NHWC", $"{KernelCases.Odd}, pitch 40", (d, to, _) => Repitch(d, from, to), withNaive: false)),
    ];

    private static IEnumerable<Check> Normalization(Preprocessing rule, int height, int width, int pitch, bool withNaive = false) =>
        KernelCases.Of("normalize", $"1×{height}×{width}×{rule.Mean.Count} → ×{pitch}", (d, p, v) => Normalize(d, rule, height * width, pitch, p, v), withNaive);

    private static IEnumerable<Check> Layout(TensorShape shape, int pitch, bool withNaive = false)
    {
        string text = pitch == shape.Channels ? $"{shape}" : $"{shape}, pitch {pitch}";
        return KernelCases.Of("NCHW → NHWC", text, (d, p, v) => ToNhwc(d, shape, pitch, p, v), withNaive)
            .Concat(KernelCases.Of("NHWC → NCHW", text, (d, p, v) => ToNchw(d, shape, pitch, p, v), withNaive));
    }

    private static Outcome Normalize(TestDevice device, Preprocessing rule, int pixels, int pitch, StoragePrecision precision, KernelVariant variant)
    {
        int channels = rule.Mean.Count;
        byte[] bytes = [.. Enumerable.Range(0, pixels * channels).Select(i => (byte)((i * 7) + (i / 256)))];
        float[] expected = new float[pixels * pitch];
        for (int i = 0; i < bytes.Length; i++)
        {
            (int pixel, int c) = Math.DivRem(i, channels);
            expected[(pixel * pitch) + c] = (float)(((bytes[i] / 255.0) - rule.Mean[c]) / rule.Std[c]);
        }

        DeviceMemory source = device.Upload(bytes), destination = device.Reserve(expected.Length, precision);
        device.Run(() => device.Kernels.Preprocessing.Normalize(device.Stream, source, pixels, new Normalization(rule), pitch, precision, destination, variant));
        return Bound.Exact.Judge(StoredValues.Round(expected, precision), device.Read(destination, precision));
    }

    private static Outcome Repitch(TestDevice device, StoragePrecision from, StoragePrecision to)
    {
        const int Pitch = 40;
        TensorShape shape = KernelCases.Odd;
        float[] values = StoredValues.Uniform(3, shape.ElementCount, from);
        float[] expected = StoredValues.Round(StoredValues.ToNhwc(values, shape, Pitch), to);
        DeviceMemory source = device.Upload(StoredValues.ToNhwc(values, shape, shape.Channels), from), destination = device.Reserve(expected.Length, to);
        device.Run(() => device.Kernels.Layout.Repitch(device.Stream, source, shape, from, Pitch, to, destination));
        return Bound.Exact.Judge(expected, device.Read(destination, to));
    }

    private static Outcome ToNhwc(TestDevice device, TensorShape shape, int pitch, StoragePrecision precision, KernelVariant variant)
    {
        float[] values = StoredValues.Uniform(1, shape.ElementCount);
        float[] expected = StoredValues.Round(StoredValues.ToNhwc(values, shape, pitch), precision);
        DeviceMemory source = device.Upload(values), destination = device.Reserve(expected.Length, precision);
        device.Run(() => device.Kernels.Layout.ToNhwc(device.Stream, source, shape, pitch, precision, destination, variant));
        return Bound.Exact.Judge(expected, device.Read(destination, precision));
    }

    private static Outcome ToNchw(TestDevice device, TensorShape shape, int pitch, StoragePrecision precision, KernelVariant variant)
    {
        float[] expected = StoredValues.Uniform(2, shape.ElementCount, precision);
        DeviceMemory source = device.Upload(StoredValues.ToNhwc(expected, shape, pitch), precision), destination = device.Reserve(expected.Length);
        device.Run(() => device.Kernels.Layout.ToNchw(device.Stream, source, shape, pitch, precision, destination, variant));
        return Bound.Exact.Judge(expected, device.Read(destination));
    }
}

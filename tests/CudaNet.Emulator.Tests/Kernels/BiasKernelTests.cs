using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

public sealed class BiasKernelTests
{
    public static TheoryData<string, string> Targets => KernelDevice.Targets;

    [Theory]
    [MemberData(nameof(Targets))]
    public void Each_channel_gets_its_constant_in_place_or_elsewhere(string level, string precisionName)
    {
        StoragePrecision precision = Enum.Parse<StoragePrecision>(precisionName);
        using KernelDevice device = new(level);
        foreach ((int pixels, int channels) in (ReadOnlySpan<(int, int)>)
            [(1, 1000), (2, 1000), (3136, 64), (49, 512), (98, 512), (7, 1), (5, 3), (9, 5), (11, 33), (6, 130), (3, 40), (2, 264), (33 * 47, 24)])
        {
            float[] source = KernelShapes.Values("source", new TensorShape(pixels, channels), precision);
            float[] bias = Formula.Uniform("bias", new TensorShape(channels)).Values.ToArray();
            float[] expected = [.. source.Select((v, i) => (float)((double)v + bias[i % channels]))];
            foreach (KernelVariant variant in KernelDevice.Variants)
            {
                foreach (bool inPlace in (ReadOnlySpan<bool>)[false, true])
                {
                    GuardedBuffer from = device.Upload(source, precision), to = inPlace ? from : device.Reserve(source.Length, precision);
                    device.Kernels.Bias.Add(device.Stream, from.Slice, device.Upload(bias).Slice, pixels, channels, precision, to.Slice, variant);
                    Closeness.AssertClose(expected, to.Read(precision), precision, $"{variant}, {pixels}×{channels}, in place: {inPlace}");
                }
            }

            device.Clear();
        }
    }
}

using CudaNet.Cli.SelfTest;
using CudaNet.Engine;
using CudaNet.Tests.Support;

namespace CudaNet.Emulator.Tests.Kernels;

/// <summary>The shapes on which kernels are judged, and values of them.</summary>
internal static class KernelShapes
{
    /// <summary>The outputs of ResNet-18's stages for images of 224 by 224.</summary>
    public static IEnumerable<TensorShape> Stages(int batch) =>
        [new(batch, 64, 56, 56), new(batch, 128, 28, 28), new(batch, 256, 14, 14), new(batch, 512, 7, 7)];

    /// <summary>Odd channels and odd images, and channels that make pieces of 128 bits but no whole warps.</summary>
    public static IEnumerable<TensorShape> Odd =>
    [
        .. from channels in (int[])[1, 3, 5, 33, 130] from side in ((int, int)[])[(1, 1), (2, 7), (7, 9)] select new TensorShape(2, channels, side.Item1, side.Item2),
        new(1, 3, 33, 47), new(1, 5, 33, 47), new(1, 130, 33, 47), new(3, 40, 5, 6), new(1, 24, 33, 47), new(2, 264, 3, 5), new(1, 520, 2, 3),
    ];

    public static IEnumerable<TensorShape> All => [.. Stages(1), .. Stages(2), .. Odd];

    /// <summary>Values of −1 to 1 that the precision holds, N×C×H×W.</summary>
    public static float[] Values(string name, TensorShape shape, StoragePrecision precision) => StoredValues.Round(Formula.Uniform(name, shape).Values, precision);

    /// <summary>N×C×H×W to N×H×W×pitch, zeros behind the channels.</summary>
    public static float[] ToNhwc(ReadOnlySpan<float> nchw, TensorShape shape, int pitch = 0)
    {
        int plane = shape.Height * shape.Width;
        int stride = Math.Max(pitch, shape.Channels);
        float[] nhwc = new float[shape.Batch * plane * stride];
        for (int n = 0; n < shape.Batch; n++)
        {
            for (int c = 0; c < shape.Channels; c++)
            {
                for (int p = 0; p < plane; p++)
                {
                    nhwc[(((n * plane) + p) * stride) + c] = nchw[(((n * shape.Channels) + c) * plane) + p];
                }
            }
        }

        return nhwc;
    }
}

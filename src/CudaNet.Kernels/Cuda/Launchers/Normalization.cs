using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>(pixel / 255 − mean) / std of up to three channels as pixel · scale + shift, each constant in two floats that together have twice the digits.</summary>
internal readonly struct Normalization
{
    private readonly Exact _scale0, _shift0, _scale1, _shift1, _scale2, _shift2;

    /// <exception cref="ArgumentException">There are not 1 or 3 channels.</exception>
    public Normalization(Preprocessing rule)
    {
        Channels = rule.Mean.Count;
        if (Channels is not (1 or 3) || rule.Std.Count != Channels)
        {
            throw new ArgumentException($"{rule.Mean.Count} means and {rule.Std.Count} standard deviations: images have 1 channel or 3", nameof(rule));
        }

        (_scale0, _shift0) = Constants(rule, 0);
        (_scale1, _shift1) = Constants(rule, 1);
        (_scale2, _shift2) = Constants(rule, 2);
    }

    /// <summary>1 or 3, in the pixels too.</summary>
    public int Channels { get; }

    /// <summary>As the kernels take them.</summary>
    public void CopyTo(Span<KernelArgument> arguments)
    {
        arguments[0] = KernelArgument.Of(_scale0);
        arguments[1] = KernelArgument.Of(_shift0);
        arguments[2] = KernelArgument.Of(_scale1);
        arguments[3] = KernelArgument.Of(_shift1);
        arguments[4] = KernelArgument.Of(_scale2);
        arguments[5] = KernelArgument.Of(_shift2);
    }

    private static (Exact Scale, Exact Shift) Constants(Preprocessing rule, int channel) =>
        channel >= rule.Mean.Count ? default : (Exact.Of(1 / (255 * rule.Std[channel])), Exact.Of(-rule.Mean[channel] / rule.Std[channel]));

    private readonly record struct Exact(float Value, float Rest)
    {
        public static Exact Of(double value) => new((float)value, (float)(value - (float)value));
    }
}

using CudaNet.Engine;

namespace CudaNet.Kernels;

/// <summary>
/// Batch norm as y = x · scale + shift: scale = weight / √(variance + epsilon), shift = bias − mean · scale, both in double and rounded once.
/// </summary>
internal sealed class ScaleAndShift
{
    public ScaleAndShift(BatchNorm2d op, LayerParameters parameters)
        : this(op.Epsilon, parameters.Weight!.Values, parameters.Bias!.Values, parameters.RunningMean!.Values, parameters.RunningVar!.Values)
    {
    }

    public ScaleAndShift(double epsilon, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, ReadOnlySpan<float> mean, ReadOnlySpan<float> variance)
    {
        (Scale, Shift) = (new float[weight.Length], new float[weight.Length]);
        for (int c = 0; c < weight.Length; c++)
        {
            (double scale, double shift) = Exactly(epsilon, weight[c], bias[c], mean[c], variance[c]);
            (Scale[c], Shift[c]) = ((float)scale, (float)shift);
        }
    }

    /// <summary>One a channel.</summary>
    public float[] Scale { get; }

    /// <summary>One a channel.</summary>
    public float[] Shift { get; }

    /// <summary>A channel's, before they are rounded.</summary>
    public static (double Scale, double Shift) Exactly(BatchNorm2d op, LayerParameters parameters, int channel) => Exactly(
        op.Epsilon, parameters.Weight!.Values[channel], parameters.Bias!.Values[channel], parameters.RunningMean!.Values[channel], parameters.RunningVar!.Values[channel]);

    private static (double Scale, double Shift) Exactly(double epsilon, float weight, float bias, float mean, float variance)
    {
        double scale = weight / Math.Sqrt(variance + epsilon);
        return (scale, bias - (mean * scale));
    }
}

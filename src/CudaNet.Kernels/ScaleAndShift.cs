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
            double scale = weight[c] / Math.Sqrt(variance[c] + epsilon);
            Scale[c] = (float)scale;
            Shift[c] = (float)(bias[c] - (mean[c] * scale));
        }
    }

    /// <summary>One a channel.</summary>
    public float[] Scale { get; }

    /// <summary>One a channel.</summary>
    public float[] Shift { get; }
}

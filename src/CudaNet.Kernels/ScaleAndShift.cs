using CudaNet.Engine;

namespace CudaNet.Kernels;

/// <summary>
/// Batch norm as y = x · scale + shift: scale = weight / √(variance + epsilon), shift = bias − mean · scale, both in double and rounded once.
/// </summary>
internal sealed class ScaleAndShift
{
    public ScaleAndShift(BatchNorm2d op, LayerParameters parameters)
    {
        ReadOnlySpan<float> weight = parameters.Weight!.Values, bias = parameters.Bias!.Values;
        ReadOnlySpan<float> mean = parameters.RunningMean!.Values, variance = parameters.RunningVar!.Values;
        (Scale, Shift) = (new float[op.Channels], new float[op.Channels]);
        for (int c = 0; c < op.Channels; c++)
        {
            double scale = weight[c] / Math.Sqrt(variance[c] + op.Epsilon);
            Scale[c] = (float)scale;
            Shift[c] = (float)(bias[c] - (mean[c] * scale));
        }
    }

    /// <summary>One a channel.</summary>
    public float[] Scale { get; }

    /// <summary>One a channel.</summary>
    public float[] Shift { get; }
}

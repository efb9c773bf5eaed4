using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Batch norm as y = x · scale + shift: scale = weight / √(variance + epsilon), shift = bias − mean · scale, both in double and rounded once.
/// </summary>
internal sealed unsafe class PackedBatchNorm
{
    public PackedBatchNorm(
        BatchNorm2d op,
        ReadOnlySpan<float> weight,      // (C), as the three below
        ReadOnlySpan<float> bias,
        ReadOnlySpan<float> mean,
        ReadOnlySpan<float> variance,
        NativeArena arena)
    {
        float[] scales = new float[op.Channels];
        float[] shifts = new float[op.Channels];
        for (int c = 0; c < op.Channels; c++)
        {
            double scale = weight[c] / Math.Sqrt(variance[c] + op.Epsilon);
            scales[c] = (float)scale;
            shifts[c] = (float)(bias[c] - (mean[c] * scale));
        }

        Scale = PaddedConstants.Pack(scales, arena);
        Shift = PaddedConstants.Pack(shifts, arena);
    }

    public float* Scale { get; }

    public float* Shift { get; }
}

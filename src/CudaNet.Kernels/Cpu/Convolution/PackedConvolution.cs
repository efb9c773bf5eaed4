using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A convolution's weights, packed for one of the ways to compute it. Which way depends on the layer alone.</summary>
internal abstract unsafe class PackedConvolution(Conv2d op, float* bias)
{
    /// <summary>The most channels for which the run's input is kept as runs of neighbouring values instead of blocks of 16.</summary>
    private const int MaxCompactChannels = 8;

    public Conv2d Op => op;

    /// <summary>The bias, padded with zeros to blocks of 16; null where there is none.</summary>
    public float* Bias => bias;

    /// <summary>Packs a layer.</summary>
    /// <param name="op">The layer.</param>
    /// <param name="readsInput">True where it reads the run's input.</param>
    /// <param name="weight">(K, C / groups, R, S).</param>
    /// <param name="bias">(K), or empty.</param>
    /// <param name="lanes">Of the SIMD width.</param>
    /// <param name="arena">Owns what is packed.</param>
    public static PackedConvolution Pack(Conv2d op, bool readsInput, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, int lanes, NativeArena arena)
    {
        float* packedBias = bias.IsEmpty ? null : PaddedConstants.Pack(bias, arena);
        int block = BlockedImage.BlockChannels;
        bool hasBlockGroups = op.InChannels / op.Groups % block == 0 && op.OutChannels / op.Groups % block == 0;
        if (op.Groups > 1 && !hasBlockGroups)
        {
            return new LanewiseConvolution(op, weight, packedBias, arena);
        }

        bool isCompact = readsInput && op is { Groups: 1, Dilation: 1, KernelWidth: > 1, InChannels: <= MaxCompactChannels };
        return new DirectConvolution(op, new ReductionPlan(op, isCompact), weight, packedBias, lanes, arena);
    }
}

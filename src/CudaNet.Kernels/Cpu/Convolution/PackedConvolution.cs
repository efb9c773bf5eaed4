using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A convolution's weights, packed for one of the ways to compute it.</summary>
internal abstract unsafe class PackedConvolution(Conv2d op, float* bias)
{
    public Conv2d Op => op;

    /// <summary>The bias, padded with zeros to blocks of 16; null where there is none.</summary>
    public float* Bias => bias;

    /// <summary>Packs a layer.</summary>
    /// <param name="op">The layer.</param>
    /// <param name="algorithm">One of <see cref="StepAlgorithms"/> for convolutions.</param>
    /// <param name="parameters">What is packed; null where only its size is wanted.</param>
    /// <param name="lanes">Of the SIMD width.</param>
    /// <param name="arena">Owns what is packed.</param>
    public static PackedConvolution Pack(Conv2d op, string algorithm, LayerParameters? parameters, int lanes, NativeArena arena)
    {
        float* packedBias = op.Bias ? PaddedConstants.Pack(op.OutChannels, Values(parameters?.Bias), arena) : null;
        ReadOnlySpan<float> weight = Values(parameters?.Weight);
        int padTo = algorithm == StepAlgorithms.PackedGroups ? lanes : BlockedImage.BlockChannels;
        return algorithm == StepAlgorithms.Lanewise
            ? new LanewiseConvolution(op, weight, packedBias, arena)
            : new DirectConvolution(op, new ReductionPlan(op, algorithm == StepAlgorithms.CompactDirect), weight, packedBias, lanes, padTo, arena);
    }

    private static ReadOnlySpan<float> Values(Tensor? tensor) => tensor is null ? default : tensor.Values;
}

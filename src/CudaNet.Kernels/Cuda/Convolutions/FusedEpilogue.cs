using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>What a fused call does behind the sums.</summary>
/// <param name="AddsResidual">Whether a stored value is added.</param>
/// <param name="IsRectified">Whether a ReLU ends it. Without one cuDNN has the identity, which one algorithm alone runs.</param>
internal readonly record struct FusedEpilogue(bool AddsResidual, bool IsRectified)
{
    public cudnnActivationMode_t Activation => IsRectified ? cudnnActivationMode_t.CUDNN_ACTIVATION_RELU : cudnnActivationMode_t.CUDNN_ACTIVATION_IDENTITY;

    /// <summary>Behind the layer's name.</summary>
    public string Text => $", fused{(AddsResidual ? " + add" : "")}{(IsRectified ? " + relu" : "")}";

    /// <summary>Of a step that begins with a convolution.</summary>
    public static FusedEpilogue Of(PlanStep step) => new(step.Residual is not null, step.Stages[^1].Node.Op is ReLU);
}

using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cudnn;

/// <summary>The value of an activation descriptor.</summary>
internal readonly record struct Activation(cudnnActivationMode_t Mode, cudnnNanPropagation_t NanOption, double Coefficient, double SwishBeta);

/// <summary>A cudnnActivationDescriptor_t.</summary>
internal sealed class EmulatedActivationDescriptor : ICudnnDescriptor
{
    public static string Kind => "activation descriptor";

    /// <summary>Zeros until it is set.</summary>
    public Activation Value { get; private set; } = new(default, default, 0, 1);

    public bool IsSet { get; private set; }

    public CudnnAnswer Set(cudnnActivationMode_t mode, cudnnNanPropagation_t nan, double coefficient)
    {
        if (mode is < cudnnActivationMode_t.CUDNN_ACTIVATION_SIGMOID or > cudnnActivationMode_t.CUDNN_ACTIVATION_SWISH
            || nan is < cudnnNanPropagation_t.CUDNN_NOT_PROPAGATE_NAN or > cudnnNanPropagation_t.CUDNN_PROPAGATE_NAN)
        {
            return CudnnAnswer.BadParam("mode or reluNanOpt is out of range");
        }

        (Value, IsSet) = (new Activation(mode, nan, coefficient, Value.SwishBeta), true);
        return double.IsNaN(coefficient) || coefficient < 0 ? CudnnAnswer.Accept($"coefficient {coefficient}") : CudnnAnswer.Success;
    }

    public CudnnAnswer SetSwishBeta(double beta)
    {
        Value = Value with { SwishBeta = beta };
        return CudnnAnswer.Success;
    }
}

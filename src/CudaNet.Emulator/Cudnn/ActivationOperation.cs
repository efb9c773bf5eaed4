using System.Numerics;
using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnActivationMode_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>cudnnActivationForward.</summary>
internal sealed class ActivationOperation(Activation activation, TensorOperand x, TensorOperand y, Scaling scaling, bool inDouble)
    : TensorOperation("cudnnActivationForward", x.Layout.Type, inDouble)
{
    public override IReadOnlyList<MemoryUse> Uses => [x.Use(MemoryAccess.Read), y.Use(scaling.ResultAccess)];

    protected override void Run<T>(OperationContext context)
    {
        using ScratchArray<T> values = Load<T>(context, x);
        foreach (ref T value in values.Span)
        {
            value = Apply(value);
        }

        StoreScaled(context, y, values.Span, T.CreateChecked(scaling.Alpha), T.CreateChecked(scaling.Beta));
    }

    private T Apply<T>(T value)
        where T : IBinaryFloatingPointIeee754<T>
    {
        bool passesNan = activation.NanOption == cudnnNanPropagation_t.CUDNN_PROPAGATE_NAN;
        switch (activation.Mode)
        {
            case CUDNN_ACTIVATION_RELU:
                return value > T.Zero || (passesNan && T.IsNaN(value)) ? value : T.Zero;
            case CUDNN_ACTIVATION_CLIPPED_RELU:
                return T.IsNaN(value) ? (passesNan ? value : T.Zero) : T.Min(T.Max(value, T.Zero), T.CreateTruncating(activation.Coefficient));
            default:
                double wide = double.CreateTruncating(value);
                return T.CreateTruncating(activation.Mode switch
                {
                    CUDNN_ACTIVATION_SIGMOID => 1 / (1 + Math.Exp(-wide)),
                    CUDNN_ACTIVATION_TANH => Math.Tanh(wide),
                    CUDNN_ACTIVATION_ELU => wide >= 0 ? wide : activation.Coefficient * (Math.Exp(wide) - 1),
                    CUDNN_ACTIVATION_SWISH => wide / (1 + Math.Exp(-activation.SwishBeta * wide)),
                    _ => wide,
                });
        }
    }
}

using CudaNet.Emulator.Cudnn;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CudnnExports
{
    public static cudnnStatus_t cudnnCreateActivationDescriptor(nint* activationDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnCreateActivationDescriptor));
        return call.Answer(call.Create<EmulatedActivationDescriptor>(activationDesc));
    }

    public static cudnnStatus_t cudnnDestroyActivationDescriptor(nint activationDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnDestroyActivationDescriptor));
        return call.Answer(call.Destroy<EmulatedActivationDescriptor>(activationDesc));
    }

    public static cudnnStatus_t cudnnSetActivationDescriptor(nint activationDesc, cudnnActivationMode_t mode, cudnnNanPropagation_t reluNanOpt, double coef)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetActivationDescriptor));
        return call.Answer(call.Find(activationDesc, out EmulatedActivationDescriptor activation) ?? activation.Set(mode, reluNanOpt, coef));
    }

    public static cudnnStatus_t cudnnGetActivationDescriptor(nint activationDesc, cudnnActivationMode_t* mode, cudnnNanPropagation_t* reluNanOpt, double* coef)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetActivationDescriptor));
        if (call.Find(activationDesc, out EmulatedActivationDescriptor activation) is { } refused)
        {
            return call.Answer(refused);
        }

        Put(mode, activation.Value.Mode);
        Put(reluNanOpt, activation.Value.NanOption);
        Put(coef, activation.Value.Coefficient);
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnSetActivationDescriptorSwishBeta(nint activationDesc, double swishBeta)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetActivationDescriptorSwishBeta));
        return call.Answer(call.Find(activationDesc, out EmulatedActivationDescriptor activation) ?? activation.SetSwishBeta(swishBeta));
    }

    public static cudnnStatus_t cudnnActivationForward(nint handle, nint activationDesc, void* alpha, nint xDesc, void* x, void* beta, nint yDesc, void* y)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnActivationForward), handle);
        return call.Answer(call.Find(handle, out EmulatedCudnnHandle cudnn) ?? call.Find(activationDesc, out EmulatedActivationDescriptor activation)
            ?? call.Find(xDesc, x, out TensorOperand input) ?? call.Find(yDesc, y, out TensorOperand output)
            ?? TensorChecks.Scaling(alpha, beta, output.Layout.Type, out Scaling scaling)
            ?? TensorChecks.Activation(activation, input, output)
            ?? CudnnCall.Enqueue(cudnn, new ActivationOperation(activation.Value, input, output, scaling, TensorChecks.InDouble(output.Layout))));
    }
}

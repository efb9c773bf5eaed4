using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Cudnn;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CudnnExports
{
    public static cudnnStatus_t cudnnAddTensor(nint handle, void* alpha, nint aDesc, void* a, void* beta, nint cDesc, void* c)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnAddTensor), handle);
        return call.Answer(call.Find(handle, out EmulatedCudnnHandle cudnn) ?? call.Find(aDesc, a, out TensorOperand added) ?? call.Find(cDesc, c, out TensorOperand result)
            ?? TensorChecks.Scaling(alpha, beta, result.Layout.Type, out Scaling scaling)
            ?? TensorChecks.Broadcast(added.Layout, result.Layout) ?? TensorChecks.Overlap(added, result, mayBeSame: true)
            ?? CudnnCall.Enqueue(cudnn, new AddTensorOperation(added, result, scaling, TensorChecks.InDouble(result.Layout))));
    }

    public static cudnnStatus_t cudnnTransformTensor(nint handle, void* alpha, nint xDesc, void* x, void* beta, nint yDesc, void* y)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnTransformTensor), handle);
        return call.Answer(call.Find(handle, out EmulatedCudnnHandle cudnn) ?? call.Find(xDesc, x, out TensorOperand from) ?? call.Find(yDesc, y, out TensorOperand to)
            ?? TensorChecks.Scaling(alpha, beta, to.Layout.Type, out Scaling scaling)
            ?? TensorChecks.SameExtents(from, to)
            ?? CudnnCall.Enqueue(cudnn, new TransformOperation(from, to, scaling, TensorChecks.InDouble(from.Layout, to.Layout))));
    }

    public static cudnnStatus_t cudnnSetTensor(nint handle, nint yDesc, void* y, void* valuePtr)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetTensor), handle);
        if ((call.Find(handle, out EmulatedCudnnHandle cudnn) ?? call.Find(yDesc, y, out TensorOperand _) ?? TensorChecks.OnHost(valuePtr, nameof(valuePtr))) is { } refused)
        {
            return call.Answer(refused);
        }

        call.Find(yDesc, y, out TensorOperand target);
        double value = 0;
        ElementType type = target.Layout.Element;
        Elements.Read(new ReadOnlySpan<byte>(valuePtr, Elements.SizeOf(type)), type, 1, new Span<double>(ref value));
        return call.Answer(CudnnCall.Enqueue(cudnn, new SetTensorOperation(target, value, TensorChecks.InDouble(target.Layout))));
    }

    public static cudnnStatus_t cudnnScaleTensor(nint handle, nint yDesc, void* y, void* alpha)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnScaleTensor), handle);
        return call.Answer(call.Find(handle, out EmulatedCudnnHandle cudnn) ?? call.Find(yDesc, y, out TensorOperand target) ?? TensorChecks.OnHost(alpha, nameof(alpha))
            ?? CudnnCall.Enqueue(cudnn, new ScaleOperation(target, TensorChecks.Scalar(alpha, target.Layout.Type), TensorChecks.InDouble(target.Layout))));
    }

    public static cudnnStatus_t cudnnSoftmaxForward(
        nint handle, cudnnSoftmaxAlgorithm_t algo, cudnnSoftmaxMode_t mode, void* alpha, nint xDesc, void* x, void* beta, nint yDesc, void* y)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSoftmaxForward), handle);
        return call.Answer(call.Find(handle, out EmulatedCudnnHandle cudnn) ?? call.Find(xDesc, x, out TensorOperand input) ?? call.Find(yDesc, y, out TensorOperand output)
            ?? TensorChecks.Scaling(alpha, beta, output.Layout.Type, out Scaling scaling)
            ?? TensorChecks.Softmax(algo, mode, input, output)
            ?? CudnnCall.Enqueue(cudnn, new SoftmaxOperation(algo, mode, input, output, scaling, TensorChecks.InDouble(output.Layout))));
    }

    public static cudnnStatus_t cudnnBatchNormalizationForwardInference(
        nint handle, int mode, void* alpha, void* beta, nint xDesc, void* x, nint yDesc, void* y, nint parametersDesc, void* scale, void* bias, void* mean, void* variance, double epsilon)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnBatchNormalizationForwardInference), handle);
        if (handle == 0)
        {
            return call.Answer(call.Refused ?? CudnnAnswer.Crash("handle == NULL"));
        }

        return call.Answer(call.Find(handle, out EmulatedCudnnHandle cudnn) ?? call.Find(xDesc, x, out TensorOperand input) ?? call.Find(yDesc, y, out TensorOperand output)
            ?? call.Find(parametersDesc, scale, out TensorOperand parameters) ?? TensorChecks.NotNull(bias) ?? TensorChecks.NotNull(mean) ?? TensorChecks.NotNull(variance)
            ?? TensorChecks.Scaling(alpha, beta, output.Layout.Type, out Scaling scaling)
            ?? TensorChecks.BatchNorm(mode, input, output, parameters.Layout, epsilon)
            ?? CudnnCall.Enqueue(cudnn, new BatchNormOperation(
                input, output, new BatchNormParameters(parameters.Layout, (ulong)scale, (ulong)bias, (ulong)mean, (ulong)variance), epsilon, scaling, TensorChecks.InDouble(output.Layout))));
    }
}

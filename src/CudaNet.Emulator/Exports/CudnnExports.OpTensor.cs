using CudaNet.Emulator.Cudnn;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CudnnExports
{
    public static cudnnStatus_t cudnnCreateOpTensorDescriptor(nint* opTensorDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnCreateOpTensorDescriptor));
        return call.Answer(call.Create<OpTensorDescriptor>(opTensorDesc));
    }

    public static cudnnStatus_t cudnnDestroyOpTensorDescriptor(nint opTensorDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnDestroyOpTensorDescriptor));
        return call.Answer(call.Destroy<OpTensorDescriptor>(opTensorDesc));
    }

    public static cudnnStatus_t cudnnSetOpTensorDescriptor(nint opTensorDesc, int op, cudnnDataType_t compType, cudnnNanPropagation_t nanOpt)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetOpTensorDescriptor));
        return call.Answer(call.Find(opTensorDesc, out OpTensorDescriptor descriptor) ?? descriptor.Set((TensorOperator)op, compType, nanOpt));
    }

    public static cudnnStatus_t cudnnOpTensor(
        nint handle, nint opTensorDesc, void* alpha1, nint aDesc, void* a, void* alpha2, nint bDesc, void* b, void* beta, nint cDesc, void* c)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnOpTensor), handle);
        if ((call.Find(handle, out EmulatedCudnnHandle cudnn) ?? call.Find(opTensorDesc, out OpTensorDescriptor _) ?? call.Find(aDesc, a, out TensorOperand _)
            ?? call.Find(cDesc, c, out TensorOperand _) ?? TensorChecks.OnHost(alpha1, nameof(alpha1)) ?? TensorChecks.OnHost(beta, nameof(beta))) is { } refused)
        {
            return call.Answer(refused);
        }

        call.Find(opTensorDesc, out OpTensorDescriptor op);
        call.Find(aDesc, a, out TensorOperand left);
        call.Find(cDesc, c, out TensorOperand result);
        cudnnDataType_t type = result.Layout.Type;
        (double first, double keep) = (TensorChecks.Scalar(alpha1, type), TensorChecks.Scalar(beta, type));
        bool inDouble = TensorChecks.InDouble(result.Layout);
        if ((TensorChecks.OpTensor(op) ?? TensorChecks.SameShape(left, result)) is { } unfit)
        {
            return call.Answer(unfit);
        }

        if (op.Operator is TensorOperator.SquareRoot or TensorOperator.Not)
        {
            return call.Answer(CudnnCall.Enqueue(cudnn, new CombineOperation(op.Operator, op.NanOption, left, first, null, 0, result, keep, inDouble)));
        }

        return call.Answer(call.Find(bDesc, b, out TensorOperand right) ?? TensorChecks.OnHost(alpha2, nameof(alpha2))
            ?? TensorChecks.Broadcast(right.Layout, result.Layout) ?? TensorChecks.Overlap(right, result, mayBeSame: true)
            ?? CudnnCall.Enqueue(cudnn, new CombineOperation(
                op.Operator, op.NanOption, left, first, right, TensorChecks.Scalar(alpha2, type), result, keep, inDouble)));
    }
}

using CudaNet.Emulator.Cudnn;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnStatus_t;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CudnnExports
{
    public static cudnnStatus_t cudnnCreateReduceTensorDescriptor(nint* reduceTensorDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnCreateReduceTensorDescriptor));
        return call.Answer(call.Create<ReduceTensorDescriptor>(reduceTensorDesc));
    }

    public static cudnnStatus_t cudnnDestroyReduceTensorDescriptor(nint reduceTensorDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnDestroyReduceTensorDescriptor));
        return call.Answer(call.Destroy<ReduceTensorDescriptor>(reduceTensorDesc));
    }

    public static cudnnStatus_t cudnnSetReduceTensorDescriptor(
        nint reduceTensorDesc, int op, cudnnDataType_t compType, cudnnNanPropagation_t nanOpt, int indices, int indicesType)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetReduceTensorDescriptor));
        return call.Answer(call.Find(reduceTensorDesc, out ReduceTensorDescriptor descriptor) ?? descriptor.Set((TensorReduction)op, compType, nanOpt, indices, indicesType));
    }

    public static cudnnStatus_t cudnnGetReductionWorkspaceSize(nint handle, nint reduceTensorDesc, nint aDesc, nint cDesc, nuint* sizeInBytes)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetReductionWorkspaceSize), handle);
        return call.Answer(ReductionSize(call, handle, reduceTensorDesc, aDesc, cDesc, sizeInBytes, ofIndices: false));
    }

    public static cudnnStatus_t cudnnGetReductionIndicesSize(nint handle, nint reduceTensorDesc, nint aDesc, nint cDesc, nuint* sizeInBytes)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetReductionIndicesSize), handle);
        return call.Answer(ReductionSize(call, handle, reduceTensorDesc, aDesc, cDesc, sizeInBytes, ofIndices: true));
    }

    public static cudnnStatus_t cudnnReduceTensor(
        nint handle, nint reduceTensorDesc, void* indices, nuint indicesSizeInBytes, void* workspace, nuint workspaceSizeInBytes,
        void* alpha, nint aDesc, void* a, void* beta, nint cDesc, void* c)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnReduceTensor), handle);
        if ((call.Find(handle, out EmulatedCudnnHandle cudnn) ?? call.Find(reduceTensorDesc, out ReduceTensorDescriptor _)) is { } refused)
        {
            return call.Answer(refused);
        }

        call.Find(reduceTensorDesc, out ReduceTensorDescriptor reduction);
        CudnnAnswer? unfit = call.Find(aDesc, a, out TensorOperand input) ?? call.Find(cDesc, c, out TensorOperand output)
            ?? TensorChecks.Reduction(reduction, output, input);
        if (unfit is { } answer)
        {
            return call.Answer(answer);
        }

        call.Find(cDesc, c, out output);
        ulong wanted = (ulong)ReductionSizes.Workspace(reduction, input.Layout, output.Layout);
        ulong wantedIndices = (ulong)ReductionSizes.Indices(reduction, output.Layout);
        if (workspaceSizeInBytes < wanted || indicesSizeInBytes < wantedIndices || (wanted > 0 && workspace == null) || (wantedIndices > 0 && indices == null))
        {
            return call.Answer(CudnnAnswer.Refuse(
                CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT, FindingKind.Workspace, $"the reduction needs {wanted} bytes of workspace and {wantedIndices} of indices."));
        }

        if (TensorChecks.Scaling(alpha, beta, output.Layout.Type, out Scaling scaling) is { } unscaled)
        {
            return call.Answer(unscaled);
        }

        WorkspaceClaim? claim = wanted == 0 ? null : new WorkspaceClaim(call.Name, (ulong)workspace, wanted);
        CudnnAnswer queued = claim is null ? CudnnAnswer.Success : CudnnCall.Enqueue(cudnn, claim);
        return call.Answer(!queued.IsSuccess ? queued : CudnnCall.Enqueue(cudnn, new ReduceOperation(
            reduction, input, output, wantedIndices == 0 ? 0 : (ulong)indices, scaling, claim, TensorChecks.InDouble(output.Layout))));
    }

    /// <summary>The library does not look at the handle here.</summary>
    private static CudnnAnswer ReductionSize(CudnnCall call, nint handle, nint reduceTensorDesc, nint aDesc, nint cDesc, nuint* size, bool ofIndices)
    {
        if ((call.Find(reduceTensorDesc, out ReduceTensorDescriptor reduction) ?? call.Find(aDesc, out EmulatedTensorDescriptor _) ?? call.Find(cDesc, out EmulatedTensorDescriptor _)) is { } refused)
        {
            return refused;
        }

        call.Find(aDesc, out EmulatedTensorDescriptor a);
        call.Find(cDesc, out EmulatedTensorDescriptor c);
        if (a.Layout is null || c.Layout is null || !reduction.IsSet || size == null)
        {
            return CudnnAnswer.BadParam("a descriptor is not set, or sizeInBytes == NULL");
        }

        *size = (nuint)(ofIndices ? ReductionSizes.Indices(reduction, c.Layout) : ReductionSizes.Workspace(reduction, a.Layout, c.Layout));
        return handle == 0 ? CudnnAnswer.Accept("handle == NULL") : CudnnAnswer.Success;
    }
}

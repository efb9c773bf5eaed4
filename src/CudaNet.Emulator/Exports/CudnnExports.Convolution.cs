using CudaNet.Emulator.Cudnn;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CudnnExports
{
    public static cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(
        nint handle, nint xDesc, nint wDesc, nint convDesc, nint yDesc, cudnnConvolutionFwdAlgo_t algo, nuint* sizeInBytes)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetConvolutionForwardWorkspaceSize), handle);
        if ((ConvolutionCall.TryMake(call, handle, xDesc, wDesc, convDesc, yDesc, out ConvolutionCall convolution)
            ?? convolution.RefuseAlgorithm(algo) ?? ConvolutionCall.RefuseLeader(algo, convolution.Cudnn.Profile.LeadingWorkspaceFails)) is { } refused)
        {
            return call.Answer(refused);
        }

        if (sizeInBytes == null)
        {
            return call.Answer(CudnnAnswer.BadParam("sizeInBytes == NULL"));
        }

        *sizeInBytes = (nuint)ConvolutionAlgorithms.Workspace(convolution.Problem, algo, convolution.Problem.Math);
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnConvolutionForward(
        nint handle, void* alpha, nint xDesc, void* x, nint wDesc, void* w, nint convDesc, cudnnConvolutionFwdAlgo_t algo, void* workSpace, nuint workSpaceSizeInBytes, void* beta, nint yDesc, void* y)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnConvolutionForward), handle);
        if (ConvolutionCall.TryMake(call, handle, xDesc, wDesc, convDesc, yDesc, out ConvolutionCall convolution) is { } refused)
        {
            return call.Answer(refused);
        }

        return call.Answer(TensorChecks.Scaling(alpha, beta, convolution.Problem.Y.Type, out Scaling scaling)
            ?? convolution.Enqueue(call, algo, (ulong)x, (ulong)w, (ulong)y, (ulong)workSpace, workSpaceSizeInBytes, scaling, null));
    }

    public static cudnnStatus_t cudnnConvolutionBiasActivationForward(
        nint handle, void* alpha1, nint xDesc, void* x, nint wDesc, void* w, nint convDesc, cudnnConvolutionFwdAlgo_t algo, void* workSpace, nuint workSpaceSizeInBytes,
        void* alpha2, nint zDesc, void* z, nint biasDesc, void* bias, nint activationDesc, nint yDesc, void* y)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnConvolutionBiasActivationForward), handle);
        if (ConvolutionCall.TryMake(call, handle, xDesc, wDesc, convDesc, yDesc, out ConvolutionCall convolution) is { } refused)
        {
            return call.Answer(refused);
        }

        if ((call.Find(zDesc, z, out TensorOperand added) ?? call.Find(biasDesc, bias, out TensorOperand biases) ?? call.Find(activationDesc, out EmulatedActivationDescriptor _)) is { } missing)
        {
            return call.Answer(missing);
        }

        call.Find(biasDesc, bias, out biases);
        call.Find(activationDesc, out EmulatedActivationDescriptor activation);
        cudnnDataType_t type = convolution.Problem.Y.Type;
        if ((convolution.RefuseFusion(algo, activation.IsSet ? activation.Value : null, added, biases, call.Machine.Options.FlagNonsense)
            ?? TensorChecks.Scaling(alpha1, alpha2, type, out Scaling scales)) is { } unfit)
        {
            return call.Answer(unfit);
        }

        TensorChecks.Scaling(alpha1, alpha2, type, out scales);
        ConvolutionFusion fusion = new(added, scales.Beta, biases, activation.Value.Mode == cudnnActivationMode_t.CUDNN_ACTIVATION_RELU);
        return call.Answer(convolution.Enqueue(
            call, algo, (ulong)x, (ulong)w, (ulong)y, (ulong)workSpace, workSpaceSizeInBytes, new Scaling(scales.Alpha, 0), fusion));
    }

    public static cudnnStatus_t cudnnIm2Col(nint handle, nint xDesc, void* x, nint wDesc, nint convDesc, void* colBuffer)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnIm2Col), handle);
        return handle == 0 ? call.Answer(call.Refused ?? CudnnAnswer.Crash("handle == NULL")) : Missing(call, handle);
    }

    public static cudnnStatus_t cudnnReorderFilterAndBias(
        nint handle, nint filterDesc, int reorderType, void* filterData, void* reorderedFilterData, int reorderBias, void* biasData, void* reorderedBiasData)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnReorderFilterAndBias), handle);
        return Missing(call, handle);
    }

    public static cudnnStatus_t cudnnTransformFilter(nint handle, nint transDesc, void* alpha, nint srcDesc, void* srcData, void* beta, nint destDesc, void* destData)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnTransformFilter), handle);
        return Missing(call, handle);
    }

    /// <summary>The answer of a function that the emulator exports and lacks.</summary>
    private static cudnnStatus_t Missing(CudnnCall call, nint handle) =>
        call.Answer(call.Find(handle, out EmulatedCudnnHandle _) ?? Unimplemented.Answer(call.Name, CudnnAnswer.NotSupported($"{call.Name} is not emulated")));
}

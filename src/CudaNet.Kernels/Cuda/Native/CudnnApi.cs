using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Native;

/// <summary>The cuDNN functions CudaNet calls, of 8.9 and 9: the version checks have other names in each, and 8.9 lacks the last error string.</summary>
internal sealed unsafe class CudnnApi
{
    public readonly delegate* unmanaged<nuint> cudnnGetVersion;
    public readonly delegate* unmanaged<nuint> cudnnGetCudartVersion;
    public readonly delegate* unmanaged<cudnnStatus_t, byte*> cudnnGetErrorString;
    public readonly delegate* unmanaged<byte*, nuint, void> cudnnGetLastErrorString;
    public readonly delegate* unmanaged<nint*, cudnnStatus_t> cudnnCreate;
    public readonly delegate* unmanaged<nint, cudnnStatus_t> cudnnDestroy;
    public readonly delegate* unmanaged<nint, nint, cudnnStatus_t> cudnnSetStream;

    public readonly delegate* unmanaged<nint*, cudnnStatus_t> cudnnCreateTensorDescriptor;
    public readonly delegate* unmanaged<nint, cudnnStatus_t> cudnnDestroyTensorDescriptor;
    public readonly delegate* unmanaged<nint, cudnnTensorFormat_t, cudnnDataType_t, int, int, int, int, cudnnStatus_t> cudnnSetTensor4dDescriptor;
    public readonly delegate* unmanaged<nint, cudnnDataType_t, int, int, int, int, int, int, int, int, cudnnStatus_t> cudnnSetTensor4dDescriptorEx;
    public readonly delegate* unmanaged<nint*, cudnnStatus_t> cudnnCreateFilterDescriptor;
    public readonly delegate* unmanaged<nint, cudnnStatus_t> cudnnDestroyFilterDescriptor;
    public readonly delegate* unmanaged<nint, cudnnDataType_t, cudnnTensorFormat_t, int, int, int, int, cudnnStatus_t> cudnnSetFilter4dDescriptor;

    public readonly delegate* unmanaged<nint*, cudnnStatus_t> cudnnCreateConvolutionDescriptor;
    public readonly delegate* unmanaged<nint, cudnnStatus_t> cudnnDestroyConvolutionDescriptor;
    public readonly delegate* unmanaged<nint, int, int, int, int, int, int, cudnnConvolutionMode_t, cudnnDataType_t, cudnnStatus_t> cudnnSetConvolution2dDescriptor;
    public readonly delegate* unmanaged<nint, cudnnMathType_t, cudnnStatus_t> cudnnSetConvolutionMathType;
    public readonly delegate* unmanaged<nint, int, cudnnStatus_t> cudnnSetConvolutionGroupCount;
    public readonly delegate* unmanaged<nint, nint, nint, int*, int*, int*, int*, cudnnStatus_t> cudnnGetConvolution2dForwardOutputDim;

    public readonly delegate* unmanaged<nint, int*, cudnnStatus_t> cudnnGetConvolutionForwardAlgorithmMaxCount;
    public readonly delegate* unmanaged<nint, nint, nint, nint, nint, int, int*, cudnnConvolutionFwdAlgoPerf_t*, cudnnStatus_t> cudnnGetConvolutionForwardAlgorithm_v7;
    public readonly delegate* unmanaged<nint, nint, void*, nint, void*, nint, nint, void*, int, int*, cudnnConvolutionFwdAlgoPerf_t*, void*, nuint, cudnnStatus_t> cudnnFindConvolutionForwardAlgorithmEx;
    public readonly delegate* unmanaged<nint, nint, nint, nint, nint, cudnnConvolutionFwdAlgo_t, nuint*, cudnnStatus_t> cudnnGetConvolutionForwardWorkspaceSize;
    public readonly delegate* unmanaged<nint, void*, nint, void*, nint, void*, nint, cudnnConvolutionFwdAlgo_t, void*, nuint, void*, nint, void*, cudnnStatus_t> cudnnConvolutionForward;
    public readonly delegate* unmanaged<nint, void*, nint, void*, nint, void*, nint, cudnnConvolutionFwdAlgo_t, void*, nuint, void*, nint, void*, nint, void*, nint, nint, void*, cudnnStatus_t> cudnnConvolutionBiasActivationForward;

    public readonly delegate* unmanaged<nint*, cudnnStatus_t> cudnnCreatePoolingDescriptor;
    public readonly delegate* unmanaged<nint, cudnnStatus_t> cudnnDestroyPoolingDescriptor;
    public readonly delegate* unmanaged<nint, cudnnPoolingMode_t, cudnnNanPropagation_t, int, int, int, int, int, int, cudnnStatus_t> cudnnSetPooling2dDescriptor;
    public readonly delegate* unmanaged<nint, nint, void*, nint, void*, void*, nint, void*, cudnnStatus_t> cudnnPoolingForward;
    public readonly delegate* unmanaged<nint*, cudnnStatus_t> cudnnCreateActivationDescriptor;
    public readonly delegate* unmanaged<nint, cudnnStatus_t> cudnnDestroyActivationDescriptor;
    public readonly delegate* unmanaged<nint, cudnnActivationMode_t, cudnnNanPropagation_t, double, cudnnStatus_t> cudnnSetActivationDescriptor;
    public readonly delegate* unmanaged<nint, nint, void*, nint, void*, void*, nint, void*, cudnnStatus_t> cudnnActivationForward;

    public readonly delegate* unmanaged<nint, cudnnSoftmaxAlgorithm_t, cudnnSoftmaxMode_t, void*, nint, void*, void*, nint, void*, cudnnStatus_t> cudnnSoftmaxForward;
    public readonly delegate* unmanaged<nint, void*, nint, void*, void*, nint, void*, cudnnStatus_t> cudnnAddTensor;
    public readonly delegate* unmanaged<nint, void*, nint, void*, void*, nint, void*, cudnnStatus_t> cudnnTransformTensor;
    public readonly delegate* unmanaged<cudnnStatus_t> cudnnGraphVersionCheck;
    public readonly delegate* unmanaged<cudnnStatus_t> cudnnOpsVersionCheck;
    public readonly delegate* unmanaged<cudnnStatus_t> cudnnCnnVersionCheck;
    public readonly delegate* unmanaged<cudnnStatus_t> cudnnOpsInferVersionCheck;
    public readonly delegate* unmanaged<cudnnStatus_t> cudnnCnnInferVersionCheck;

    /// <exception cref="CudaNetException">The library lacks a function that is not optional.</exception>
    public CudnnApi(NativeExports exports)
    {
        cudnnGetVersion = (delegate* unmanaged<nuint>)exports.Required(nameof(cudnnGetVersion));
        cudnnGetCudartVersion = (delegate* unmanaged<nuint>)exports.Required(nameof(cudnnGetCudartVersion));
        cudnnGetErrorString = (delegate* unmanaged<cudnnStatus_t, byte*>)exports.Required(nameof(cudnnGetErrorString));
        cudnnGetLastErrorString = (delegate* unmanaged<byte*, nuint, void>)exports.Optional(nameof(cudnnGetLastErrorString));
        cudnnCreate = (delegate* unmanaged<nint*, cudnnStatus_t>)exports.Required(nameof(cudnnCreate));
        cudnnDestroy = (delegate* unmanaged<nint, cudnnStatus_t>)exports.Required(nameof(cudnnDestroy));
        cudnnSetStream = (delegate* unmanaged<nint, nint, cudnnStatus_t>)exports.Required(nameof(cudnnSetStream));

        cudnnCreateTensorDescriptor = (delegate* unmanaged<nint*, cudnnStatus_t>)exports.Required(nameof(cudnnCreateTensorDescriptor));
        cudnnDestroyTensorDescriptor = (delegate* unmanaged<nint, cudnnStatus_t>)exports.Required(nameof(cudnnDestroyTensorDescriptor));
        cudnnSetTensor4dDescriptor = (delegate* unmanaged<nint, cudnnTensorFormat_t, cudnnDataType_t, int, int, int, int, cudnnStatus_t>)exports.Required(nameof(cudnnSetTensor4dDescriptor));
        cudnnSetTensor4dDescriptorEx = (delegate* unmanaged<nint, cudnnDataType_t, int, int, int, int, int, int, int, int, cudnnStatus_t>)exports.Required(nameof(cudnnSetTensor4dDescriptorEx));
        cudnnCreateFilterDescriptor = (delegate* unmanaged<nint*, cudnnStatus_t>)exports.Required(nameof(cudnnCreateFilterDescriptor));
        cudnnDestroyFilterDescriptor = (delegate* unmanaged<nint, cudnnStatus_t>)exports.Required(nameof(cudnnDestroyFilterDescriptor));
        cudnnSetFilter4dDescriptor = (delegate* unmanaged<nint, cudnnDataType_t, cudnnTensorFormat_t, int, int, int, int, cudnnStatus_t>)exports.Required(nameof(cudnnSetFilter4dDescriptor));

        cudnnCreateConvolutionDescriptor = (delegate* unmanaged<nint*, cudnnStatus_t>)exports.Required(nameof(cudnnCreateConvolutionDescriptor));
        cudnnDestroyConvolutionDescriptor = (delegate* unmanaged<nint, cudnnStatus_t>)exports.Required(nameof(cudnnDestroyConvolutionDescriptor));
        cudnnSetConvolution2dDescriptor = (delegate* unmanaged<nint, int, int, int, int, int, int, cudnnConvolutionMode_t, cudnnDataType_t, cudnnStatus_t>)exports.Required(nameof(cudnnSetConvolution2dDescriptor));
        cudnnSetConvolutionMathType = (delegate* unmanaged<nint, cudnnMathType_t, cudnnStatus_t>)exports.Required(nameof(cudnnSetConvolutionMathType));
        cudnnSetConvolutionGroupCount = (delegate* unmanaged<nint, int, cudnnStatus_t>)exports.Required(nameof(cudnnSetConvolutionGroupCount));
        cudnnGetConvolution2dForwardOutputDim = (delegate* unmanaged<nint, nint, nint, int*, int*, int*, int*, cudnnStatus_t>)exports.Required(nameof(cudnnGetConvolution2dForwardOutputDim));

        cudnnGetConvolutionForwardAlgorithmMaxCount = (delegate* unmanaged<nint, int*, cudnnStatus_t>)exports.Required(nameof(cudnnGetConvolutionForwardAlgorithmMaxCount));
        cudnnGetConvolutionForwardAlgorithm_v7 = (delegate* unmanaged<nint, nint, nint, nint, nint, int, int*, cudnnConvolutionFwdAlgoPerf_t*, cudnnStatus_t>)exports.Required(nameof(cudnnGetConvolutionForwardAlgorithm_v7));
        cudnnFindConvolutionForwardAlgorithmEx = (delegate* unmanaged<nint, nint, void*, nint, void*, nint, nint, void*, int, int*, cudnnConvolutionFwdAlgoPerf_t*, void*, nuint, cudnnStatus_t>)exports.Required(nameof(cudnnFindConvolutionForwardAlgorithmEx));
        cudnnGetConvolutionForwardWorkspaceSize = (delegate* unmanaged<nint, nint, nint, nint, nint, cudnnConvolutionFwdAlgo_t, nuint*, cudnnStatus_t>)exports.Required(nameof(cudnnGetConvolutionForwardWorkspaceSize));
        cudnnConvolutionForward = (delegate* unmanaged<nint, void*, nint, void*, nint, void*, nint, cudnnConvolutionFwdAlgo_t, void*, nuint, void*, nint, void*, cudnnStatus_t>)exports.Required(nameof(cudnnConvolutionForward));
        cudnnConvolutionBiasActivationForward = (delegate* unmanaged<nint, void*, nint, void*, nint, void*, nint, cudnnConvolutionFwdAlgo_t, void*, nuint, void*, nint, void*, nint, void*, nint, nint, void*, cudnnStatus_t>)exports.Required(nameof(cudnnConvolutionBiasActivationForward));

        cudnnCreatePoolingDescriptor = (delegate* unmanaged<nint*, cudnnStatus_t>)exports.Required(nameof(cudnnCreatePoolingDescriptor));
        cudnnDestroyPoolingDescriptor = (delegate* unmanaged<nint, cudnnStatus_t>)exports.Required(nameof(cudnnDestroyPoolingDescriptor));
        cudnnSetPooling2dDescriptor = (delegate* unmanaged<nint, cudnnPoolingMode_t, cudnnNanPropagation_t, int, int, int, int, int, int, cudnnStatus_t>)exports.Required(nameof(cudnnSetPooling2dDescriptor));
        cudnnPoolingForward = (delegate* unmanaged<nint, nint, void*, nint, void*, void*, nint, void*, cudnnStatus_t>)exports.Required(nameof(cudnnPoolingForward));
        cudnnCreateActivationDescriptor = (delegate* unmanaged<nint*, cudnnStatus_t>)exports.Required(nameof(cudnnCreateActivationDescriptor));
        cudnnDestroyActivationDescriptor = (delegate* unmanaged<nint, cudnnStatus_t>)exports.Required(nameof(cudnnDestroyActivationDescriptor));
        cudnnSetActivationDescriptor = (delegate* unmanaged<nint, cudnnActivationMode_t, cudnnNanPropagation_t, double, cudnnStatus_t>)exports.Required(nameof(cudnnSetActivationDescriptor));
        cudnnActivationForward = (delegate* unmanaged<nint, nint, void*, nint, void*, void*, nint, void*, cudnnStatus_t>)exports.Required(nameof(cudnnActivationForward));

        cudnnSoftmaxForward = (delegate* unmanaged<nint, cudnnSoftmaxAlgorithm_t, cudnnSoftmaxMode_t, void*, nint, void*, void*, nint, void*, cudnnStatus_t>)exports.Required(nameof(cudnnSoftmaxForward));
        cudnnAddTensor = (delegate* unmanaged<nint, void*, nint, void*, void*, nint, void*, cudnnStatus_t>)exports.Required(nameof(cudnnAddTensor));
        cudnnTransformTensor = (delegate* unmanaged<nint, void*, nint, void*, void*, nint, void*, cudnnStatus_t>)exports.Required(nameof(cudnnTransformTensor));
        cudnnGraphVersionCheck = (delegate* unmanaged<cudnnStatus_t>)exports.Optional(nameof(cudnnGraphVersionCheck));
        cudnnOpsVersionCheck = (delegate* unmanaged<cudnnStatus_t>)exports.Optional(nameof(cudnnOpsVersionCheck));
        cudnnCnnVersionCheck = (delegate* unmanaged<cudnnStatus_t>)exports.Optional(nameof(cudnnCnnVersionCheck));
        cudnnOpsInferVersionCheck = (delegate* unmanaged<cudnnStatus_t>)exports.Optional(nameof(cudnnOpsInferVersionCheck));
        cudnnCnnInferVersionCheck = (delegate* unmanaged<cudnnStatus_t>)exports.Optional(nameof(cudnnCnnInferVersionCheck));
        exports.ThrowIfIncomplete();
    }
}

using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Native;

/// <summary>The cublasLt functions CudaNet calls.</summary>
internal sealed unsafe class CublasLtApi
{
    public readonly delegate* unmanaged<nint*, cublasStatus_t> cublasLtCreate;
    public readonly delegate* unmanaged<nint, cublasStatus_t> cublasLtDestroy;
    public readonly delegate* unmanaged<nuint> cublasLtGetVersion;
    public readonly delegate* unmanaged<nuint> cublasLtGetCudartVersion;
    public readonly delegate* unmanaged<cublasStatus_t, byte*> cublasLtGetStatusName;
    public readonly delegate* unmanaged<cublasStatus_t, byte*> cublasLtGetStatusString;
    public readonly delegate* unmanaged<nint, nint, void*, void*, nint, void*, nint, void*, void*, nint, void*, nint, cublasLtMatmulAlgo_t*, void*, nuint, nint, cublasStatus_t> cublasLtMatmul;
    public readonly delegate* unmanaged<nint*, cublasComputeType_t, cudaDataType, cublasStatus_t> cublasLtMatmulDescCreate;
    public readonly delegate* unmanaged<nint, cublasStatus_t> cublasLtMatmulDescDestroy;
    public readonly delegate* unmanaged<nint, cublasLtMatmulDescAttributes_t, void*, nuint, cublasStatus_t> cublasLtMatmulDescSetAttribute;

    public readonly delegate* unmanaged<nint*, cudaDataType, ulong, ulong, long, cublasStatus_t> cublasLtMatrixLayoutCreate;
    public readonly delegate* unmanaged<nint, cublasStatus_t> cublasLtMatrixLayoutDestroy;
    public readonly delegate* unmanaged<nint*, cublasStatus_t> cublasLtMatmulPreferenceCreate;
    public readonly delegate* unmanaged<nint, cublasStatus_t> cublasLtMatmulPreferenceDestroy;
    public readonly delegate* unmanaged<nint, cublasLtMatmulPreferenceAttributes_t, void*, nuint, cublasStatus_t> cublasLtMatmulPreferenceSetAttribute;
    public readonly delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int, cublasLtMatmulHeuristicResult_t*, int*, cublasStatus_t> cublasLtMatmulAlgoGetHeuristic;

    /// <exception cref="CudaNetException">The library lacks a function that is not optional.</exception>
    public CublasLtApi(NativeExports exports)
    {
        cublasLtCreate = (delegate* unmanaged<nint*, cublasStatus_t>)exports.Required(nameof(cublasLtCreate));
        cublasLtDestroy = (delegate* unmanaged<nint, cublasStatus_t>)exports.Required(nameof(cublasLtDestroy));
        cublasLtGetVersion = (delegate* unmanaged<nuint>)exports.Required(nameof(cublasLtGetVersion));
        cublasLtGetCudartVersion = (delegate* unmanaged<nuint>)exports.Required(nameof(cublasLtGetCudartVersion));
        cublasLtGetStatusName = (delegate* unmanaged<cublasStatus_t, byte*>)exports.Required(nameof(cublasLtGetStatusName));
        cublasLtGetStatusString = (delegate* unmanaged<cublasStatus_t, byte*>)exports.Required(nameof(cublasLtGetStatusString));
        cublasLtMatmul = (delegate* unmanaged<nint, nint, void*, void*, nint, void*, nint, void*, void*, nint, void*, nint, cublasLtMatmulAlgo_t*, void*, nuint, nint, cublasStatus_t>)exports.Required(nameof(cublasLtMatmul));
        cublasLtMatmulDescCreate = (delegate* unmanaged<nint*, cublasComputeType_t, cudaDataType, cublasStatus_t>)exports.Required(nameof(cublasLtMatmulDescCreate));
        cublasLtMatmulDescDestroy = (delegate* unmanaged<nint, cublasStatus_t>)exports.Required(nameof(cublasLtMatmulDescDestroy));
        cublasLtMatmulDescSetAttribute = (delegate* unmanaged<nint, cublasLtMatmulDescAttributes_t, void*, nuint, cublasStatus_t>)exports.Required(nameof(cublasLtMatmulDescSetAttribute));

        cublasLtMatrixLayoutCreate = (delegate* unmanaged<nint*, cudaDataType, ulong, ulong, long, cublasStatus_t>)exports.Required(nameof(cublasLtMatrixLayoutCreate));
        cublasLtMatrixLayoutDestroy = (delegate* unmanaged<nint, cublasStatus_t>)exports.Required(nameof(cublasLtMatrixLayoutDestroy));
        cublasLtMatmulPreferenceCreate = (delegate* unmanaged<nint*, cublasStatus_t>)exports.Required(nameof(cublasLtMatmulPreferenceCreate));
        cublasLtMatmulPreferenceDestroy = (delegate* unmanaged<nint, cublasStatus_t>)exports.Required(nameof(cublasLtMatmulPreferenceDestroy));
        cublasLtMatmulPreferenceSetAttribute = (delegate* unmanaged<nint, cublasLtMatmulPreferenceAttributes_t, void*, nuint, cublasStatus_t>)exports.Required(nameof(cublasLtMatmulPreferenceSetAttribute));
        cublasLtMatmulAlgoGetHeuristic = (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int, cublasLtMatmulHeuristicResult_t*, int*, cublasStatus_t>)exports.Required(nameof(cublasLtMatmulAlgoGetHeuristic));
        exports.ThrowIfIncomplete();
    }
}

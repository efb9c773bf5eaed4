using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Native;

/// <summary>The cuBLAS functions CudaNet calls. The names without <c>_v2</c> that take no handle are the API before CUDA 4 and are never bound.</summary>
internal sealed unsafe class CublasApi
{
    public readonly delegate* unmanaged<nint*, cublasStatus_t> cublasCreate_v2;
    public readonly delegate* unmanaged<nint, cublasStatus_t> cublasDestroy_v2;
    public readonly delegate* unmanaged<nint, int*, cublasStatus_t> cublasGetVersion_v2;
    public readonly delegate* unmanaged<nint, nint, cublasStatus_t> cublasSetStream_v2;
    public readonly delegate* unmanaged<nint, void*, nuint, cublasStatus_t> cublasSetWorkspace_v2;
    public readonly delegate* unmanaged<nint, cublasMath_t, cublasStatus_t> cublasSetMathMode;
    public readonly delegate* unmanaged<nint, cublasPointerMode_t, cublasStatus_t> cublasSetPointerMode_v2;
    public readonly delegate* unmanaged<cublasStatus_t, byte*> cublasGetStatusName;
    public readonly delegate* unmanaged<cublasStatus_t, byte*> cublasGetStatusString;

    public readonly delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, float*, float*, int, float*, int, float*, float*, int, cublasStatus_t> cublasSgemm_v2;
    public readonly delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, void*, void*, cudaDataType, int, void*, cudaDataType, int, void*, void*, cudaDataType, int, cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t> cublasGemmEx;
    public readonly delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, void*, void*, cudaDataType, int, long, void*, cudaDataType, int, long, void*, void*, cudaDataType, int, long, int, cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t> cublasGemmStridedBatchedEx;

    /// <exception cref="CudaNetException">The library lacks a function that is not optional.</exception>
    public CublasApi(NativeExports exports)
    {
        cublasCreate_v2 = (delegate* unmanaged<nint*, cublasStatus_t>)exports.Required(nameof(cublasCreate_v2));
        cublasDestroy_v2 = (delegate* unmanaged<nint, cublasStatus_t>)exports.Required(nameof(cublasDestroy_v2));
        cublasGetVersion_v2 = (delegate* unmanaged<nint, int*, cublasStatus_t>)exports.Required(nameof(cublasGetVersion_v2));
        cublasSetStream_v2 = (delegate* unmanaged<nint, nint, cublasStatus_t>)exports.Required(nameof(cublasSetStream_v2));
        cublasSetWorkspace_v2 = (delegate* unmanaged<nint, void*, nuint, cublasStatus_t>)exports.Required(nameof(cublasSetWorkspace_v2));
        cublasSetMathMode = (delegate* unmanaged<nint, cublasMath_t, cublasStatus_t>)exports.Required(nameof(cublasSetMathMode));
        cublasSetPointerMode_v2 = (delegate* unmanaged<nint, cublasPointerMode_t, cublasStatus_t>)exports.Required(nameof(cublasSetPointerMode_v2));
        cublasGetStatusName = (delegate* unmanaged<cublasStatus_t, byte*>)exports.Required(nameof(cublasGetStatusName));
        cublasGetStatusString = (delegate* unmanaged<cublasStatus_t, byte*>)exports.Required(nameof(cublasGetStatusString));

        cublasSgemm_v2 = (delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, float*, float*, int, float*, int, float*, float*, int, cublasStatus_t>)exports.Required(nameof(cublasSgemm_v2));
        cublasGemmEx = (delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, void*, void*, cudaDataType, int, void*, cudaDataType, int, void*, void*, cudaDataType, int, cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t>)exports.Required(nameof(cublasGemmEx));
        cublasGemmStridedBatchedEx = (delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, void*, void*, cudaDataType, int, long, void*, cudaDataType, int, long, void*, void*, cudaDataType, int, long, int, cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t>)exports.Required(nameof(cublasGemmStridedBatchedEx));
        exports.ThrowIfIncomplete();
    }
}

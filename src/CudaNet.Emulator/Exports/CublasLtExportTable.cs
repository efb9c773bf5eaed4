using System.Collections.Frozen;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>Every function that the emulated cublasLt exports.</summary>
internal static unsafe class CublasLtExportTable
{
    public static FrozenDictionary<string, LibraryExport> All { get; } = new LibraryExport[]
    {
        new("cublasLtMatmulAlgoGetHeuristic", (nint)(delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int, cublasLtMatmulHeuristicResult_t*, int*, cublasStatus_t>)&CublasLtExports.cublasLtMatmulAlgoGetHeuristic),
        new("cublasLtMatmulAlgoGetIds", (nint)(delegate* unmanaged<nint, cublasComputeType_t, cudaDataType, cudaDataType, cudaDataType, cudaDataType, cudaDataType, int, int*, int*, cublasStatus_t>)&CublasLtExports.cublasLtMatmulAlgoGetIds),
        new("cublasLtMatmulAlgoInit", (nint)(delegate* unmanaged<nint, cublasComputeType_t, cudaDataType, cudaDataType, cudaDataType, cudaDataType, cudaDataType, int, cublasLtMatmulAlgo_t*, cublasStatus_t>)&CublasLtExports.cublasLtMatmulAlgoInit),
        new("cublasLtMatmulAlgoCheck", (nint)(delegate* unmanaged<nint, nint, nint, nint, nint, nint, cublasLtMatmulAlgo_t*, cublasLtMatmulHeuristicResult_t*, cublasStatus_t>)&CublasLtExports.cublasLtMatmulAlgoCheck),
        new("cublasLtMatmul", (nint)(delegate* unmanaged<nint, nint, void*, void*, nint, void*, nint, void*, void*, nint, void*, nint, cublasLtMatmulAlgo_t*, void*, nuint, nint, cublasStatus_t>)&CublasLtExports.cublasLtMatmul),
        new("cublasLtCreate", (nint)(delegate* unmanaged<nint*, cublasStatus_t>)&CublasLtExports.cublasLtCreate),
        new("cublasLtDestroy", (nint)(delegate* unmanaged<nint, cublasStatus_t>)&CublasLtExports.cublasLtDestroy),
        new("cublasLtGetVersion", (nint)(delegate* unmanaged<nuint>)&CublasLtExports.cublasLtGetVersion),
        new("cublasLtGetCudartVersion", (nint)(delegate* unmanaged<nuint>)&CublasLtExports.cublasLtGetCudartVersion),
        new("cublasLtGetProperty", (nint)(delegate* unmanaged<int, int*, cublasStatus_t>)&CublasLtExports.cublasLtGetProperty),
        new("cublasLtGetStatusName", (nint)(delegate* unmanaged<cublasStatus_t, byte*>)&CublasLtExports.cublasLtGetStatusName),
        new("cublasLtGetStatusString", (nint)(delegate* unmanaged<cublasStatus_t, byte*>)&CublasLtExports.cublasLtGetStatusString),
        new("cublasLtHeuristicsCacheSetCapacity", (nint)(delegate* unmanaged<nuint, cublasStatus_t>)&CublasLtExports.cublasLtHeuristicsCacheSetCapacity),
        new("cublasLtMatmulDescCreate", (nint)(delegate* unmanaged<nint*, cublasComputeType_t, cudaDataType, cublasStatus_t>)&CublasLtExports.cublasLtMatmulDescCreate),
        new("cublasLtMatmulDescDestroy", (nint)(delegate* unmanaged<nint, cublasStatus_t>)&CublasLtExports.cublasLtMatmulDescDestroy),
        new("cublasLtMatmulDescSetAttribute", (nint)(delegate* unmanaged<nint, int, void*, nuint, cublasStatus_t>)&CublasLtExports.cublasLtMatmulDescSetAttribute),
        new("cublasLtMatmulDescGetAttribute", (nint)(delegate* unmanaged<nint, int, void*, nuint, nuint*, cublasStatus_t>)&CublasLtExports.cublasLtMatmulDescGetAttribute),
        new("cublasLtMatrixLayoutCreate", (nint)(delegate* unmanaged<nint*, cudaDataType, ulong, ulong, long, cublasStatus_t>)&CublasLtExports.cublasLtMatrixLayoutCreate),
        new("cublasLtMatrixLayoutDestroy", (nint)(delegate* unmanaged<nint, cublasStatus_t>)&CublasLtExports.cublasLtMatrixLayoutDestroy),
        new("cublasLtMatrixLayoutSetAttribute", (nint)(delegate* unmanaged<nint, int, void*, nuint, cublasStatus_t>)&CublasLtExports.cublasLtMatrixLayoutSetAttribute),
        new("cublasLtMatrixLayoutGetAttribute", (nint)(delegate* unmanaged<nint, int, void*, nuint, nuint*, cublasStatus_t>)&CublasLtExports.cublasLtMatrixLayoutGetAttribute),
        new("cublasLtMatmulPreferenceCreate", (nint)(delegate* unmanaged<nint*, cublasStatus_t>)&CublasLtExports.cublasLtMatmulPreferenceCreate),
        new("cublasLtMatmulPreferenceDestroy", (nint)(delegate* unmanaged<nint, cublasStatus_t>)&CublasLtExports.cublasLtMatmulPreferenceDestroy),
        new("cublasLtMatmulPreferenceSetAttribute", (nint)(delegate* unmanaged<nint, int, void*, nuint, cublasStatus_t>)&CublasLtExports.cublasLtMatmulPreferenceSetAttribute),
        new("cublasLtMatmulPreferenceGetAttribute", (nint)(delegate* unmanaged<nint, int, void*, nuint, nuint*, cublasStatus_t>)&CublasLtExports.cublasLtMatmulPreferenceGetAttribute),
    }.ToFrozenDictionary(export => export.Name, StringComparer.Ordinal);
}

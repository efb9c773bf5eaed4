using System.Collections.Frozen;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>Every function that the emulated cuBLAS exports.</summary>
internal static unsafe class CublasExportTable
{
    public static FrozenDictionary<string, LibraryExport> All { get; } = new LibraryExport[]
    {
        new("cublasSgemm_v2", (nint)(delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, float*, float*, int, float*, int, float*, float*, int, cublasStatus_t>)&CublasExports.cublasSgemm_v2),
        new("cublasSgemm_v2_64", (nint)(delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, long, long, long, float*, float*, long, float*, long, float*, float*, long, cublasStatus_t>)&CublasExports.cublasSgemm_v2_64),
        new("cublasSgemmEx", (nint)(delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, float*, void*, cudaDataType, int, void*, cudaDataType, int, float*, void*, cudaDataType, int, cublasStatus_t>)&CublasExports.cublasSgemmEx),
        new("cublasHgemm", (nint)(delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, ushort*, ushort*, int, ushort*, int, ushort*, ushort*, int, cublasStatus_t>)&CublasExports.cublasHgemm),
        new("cublasGemmEx", (nint)(delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, void*, void*, cudaDataType, int, void*, cudaDataType, int, void*, void*, cudaDataType, int, cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t>)&CublasExports.cublasGemmEx),
        new("cublasGemmEx_64", (nint)(delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, long, long, long, void*, void*, cudaDataType, long, void*, cudaDataType, long, void*, void*, cudaDataType, long, cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t>)&CublasExports.cublasGemmEx_64),
        new("cublasSgemmStridedBatched", (nint)(delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, float*, float*, int, long, float*, int, long, float*, float*, int, long, int, cublasStatus_t>)&CublasExports.cublasSgemmStridedBatched),
        new("cublasGemmStridedBatchedEx", (nint)(delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, void*, void*, cudaDataType, int, long, void*, cudaDataType, int, long, void*, void*, cudaDataType, int, long, int, cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t>)&CublasExports.cublasGemmStridedBatchedEx),
        new("cublasGemmStridedBatchedEx_64", (nint)(delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, long, long, long, void*, void*, cudaDataType, long, long, void*, cudaDataType, long, long, void*, void*, cudaDataType, long, long, long, cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t>)&CublasExports.cublasGemmStridedBatchedEx_64),
        new("cublasGemmBatchedEx", (nint)(delegate* unmanaged<nint, cublasOperation_t, cublasOperation_t, int, int, int, void*, void**, cudaDataType, int, void**, cudaDataType, int, void*, void**, cudaDataType, int, int, cublasComputeType_t, cublasGemmAlgo_t, cublasStatus_t>)&CublasExports.cublasGemmBatchedEx),
        new("cublasSgemv_v2", (nint)(delegate* unmanaged<nint, cublasOperation_t, int, int, float*, float*, int, float*, int, float*, float*, int, cublasStatus_t>)&CublasExports.cublasSgemv_v2),
        new("cublasSaxpy_v2", (nint)(delegate* unmanaged<nint, int, float*, float*, int, float*, int, cublasStatus_t>)&CublasExports.cublasSaxpy_v2),
        new("cublasCreate_v2", (nint)(delegate* unmanaged<nint*, cublasStatus_t>)&CublasExports.cublasCreate_v2),
        new("cublasDestroy_v2", (nint)(delegate* unmanaged<nint, cublasStatus_t>)&CublasExports.cublasDestroy_v2),
        new("cublasGetVersion_v2", (nint)(delegate* unmanaged<nint, int*, cublasStatus_t>)&CublasExports.cublasGetVersion_v2),
        new("cublasGetProperty", (nint)(delegate* unmanaged<int, int*, cublasStatus_t>)&CublasExports.cublasGetProperty),
        new("cublasGetStatusName", (nint)(delegate* unmanaged<cublasStatus_t, byte*>)&CublasExports.cublasGetStatusName),
        new("cublasGetStatusString", (nint)(delegate* unmanaged<cublasStatus_t, byte*>)&CublasExports.cublasGetStatusString),
        new("cublasSetStream_v2", (nint)(delegate* unmanaged<nint, nint, cublasStatus_t>)&CublasExports.cublasSetStream_v2),
        new("cublasGetStream_v2", (nint)(delegate* unmanaged<nint, nint*, cublasStatus_t>)&CublasExports.cublasGetStream_v2),
        new("cublasSetWorkspace_v2", (nint)(delegate* unmanaged<nint, void*, nuint, cublasStatus_t>)&CublasExports.cublasSetWorkspace_v2),
        new("cublasSetMathMode", (nint)(delegate* unmanaged<nint, cublasMath_t, cublasStatus_t>)&CublasExports.cublasSetMathMode),
        new("cublasGetMathMode", (nint)(delegate* unmanaged<nint, cublasMath_t*, cublasStatus_t>)&CublasExports.cublasGetMathMode),
        new("cublasSetPointerMode_v2", (nint)(delegate* unmanaged<nint, cublasPointerMode_t, cublasStatus_t>)&CublasExports.cublasSetPointerMode_v2),
        new("cublasGetPointerMode_v2", (nint)(delegate* unmanaged<nint, cublasPointerMode_t*, cublasStatus_t>)&CublasExports.cublasGetPointerMode_v2),
        new("cublasSetAtomicsMode", (nint)(delegate* unmanaged<nint, int, cublasStatus_t>)&CublasExports.cublasSetAtomicsMode),
        new("cublasGetAtomicsMode", (nint)(delegate* unmanaged<nint, int*, cublasStatus_t>)&CublasExports.cublasGetAtomicsMode),
        new("cublasSetSmCountTarget", (nint)(delegate* unmanaged<nint, int, cublasStatus_t>)&CublasExports.cublasSetSmCountTarget),
        new("cublasLoggerConfigure", (nint)(delegate* unmanaged<int, int, int, byte*, cublasStatus_t>)&CublasExports.cublasLoggerConfigure),
        new("cublasSetLoggerCallback", (nint)(delegate* unmanaged<nint, cublasStatus_t>)&CublasExports.cublasSetLoggerCallback),
    }.ToFrozenDictionary(export => export.Name, StringComparer.Ordinal);
}

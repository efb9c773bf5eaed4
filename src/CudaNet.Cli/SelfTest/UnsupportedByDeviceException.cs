using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Cli.SelfTest;

/// <summary>The device or a library does not do what was asked for; nothing is wrong with either.</summary>
internal sealed class UnsupportedByDeviceException(string message) : CudaNetException(message)
{
    /// <summary>Whether a call's answer means that.</summary>
    public static bool IsMeantBy(CudaException exception) => exception.Call switch
    {
        _ when exception.Call.StartsWith("cudnn", StringComparison.Ordinal) => CudnnStatus.IsNotSupported((cudnnStatus_t)exception.Number),
        _ when exception.Call.StartsWith("cublas", StringComparison.Ordinal) =>
            (cublasStatus_t)exception.Number is cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED or cublasStatus_t.CUBLAS_STATUS_ARCH_MISMATCH,
        _ => (CUresult)exception.Number == CUresult.CUDA_ERROR_NOT_SUPPORTED,
    };
}

using System.Collections.Frozen;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>Names and descriptions of the driver's results, as text that lives as long as the process.</summary>
internal static unsafe class ErrorTexts
{
    private static readonly FrozenDictionary<CUresult, string> Names = Enum.GetValues<CUresult>().ToFrozenDictionary(r => r, r => r.ToString());

    /// <summary>The result's name; null where there is no such result.</summary>
    public static byte* Name(CUresult result) => Names.TryGetValue(result, out string? name) ? NativeText.Of(name) : null;

    /// <summary>What the result means; null where there is no such result.</summary>
    public static byte* Text(CUresult result) => Names.TryGetValue(result, out string? name) ? NativeText.Of(Describe(result, name)) : null;

    private static string Describe(CUresult result, string name) => result switch
    {
        CUresult.CUDA_SUCCESS => "no error",
        CUresult.CUDA_ERROR_INVALID_VALUE => "invalid argument",
        CUresult.CUDA_ERROR_NOT_INITIALIZED => "initialization error",
        CUresult.CUDA_ERROR_DEINITIALIZED => "driver shutting down",
        CUresult.CUDA_ERROR_NO_DEVICE => "no CUDA-capable device is detected",
        CUresult.CUDA_ERROR_INVALID_DEVICE => "invalid device ordinal",
        CUresult.CUDA_ERROR_INVALID_IMAGE => "device kernel image is invalid",
        CUresult.CUDA_ERROR_INVALID_CONTEXT => "invalid device context",
        CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU => "no kernel image is available for execution on the device",
        CUresult.CUDA_ERROR_INVALID_PTX => "a PTX JIT compilation failed",
        CUresult.CUDA_ERROR_INVALID_HANDLE => "invalid resource handle",
        CUresult.CUDA_ERROR_NOT_FOUND => "named symbol not found",
        CUresult.CUDA_ERROR_NOT_READY => "device not ready",
        CUresult.CUDA_ERROR_ILLEGAL_ADDRESS => "an illegal memory access was encountered",
        CUresult.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES => "too many resources requested for launch",
        CUresult.CUDA_ERROR_LAUNCH_TIMEOUT => "the launch timed out and was terminated",
        CUresult.CUDA_ERROR_ASSERT => "device-side assert triggered",
        CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION => "an illegal instruction was encountered",
        CUresult.CUDA_ERROR_MISALIGNED_ADDRESS => "misaligned address",
        CUresult.CUDA_ERROR_LAUNCH_FAILED => "unspecified launch failure",
        CUresult.CUDA_ERROR_NOT_PERMITTED => "operation not permitted",
        CUresult.CUDA_ERROR_NOT_SUPPORTED => "operation not supported",
        CUresult.CUDA_ERROR_UNKNOWN => "unknown error",
        _ => InWords(name),
    };

    private static string InWords(string name) => name["CUDA_ERROR_".Length..].Replace('_', ' ').ToLowerInvariant();
}

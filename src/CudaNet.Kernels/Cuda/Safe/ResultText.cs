using System.Globalization;
using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>Names and sentences for results, from the library that gave them where it knows them.</summary>
internal static unsafe class ResultText
{
    public static NativeFailure Describe(CudaLibraries libraries, int number, string call, string? arguments = null, string? log = null)
    {
        (string? text, string? hint) = call switch
        {
            _ when call.StartsWith("cudnn", StringComparison.Ordinal) => (CudnnStatus.LastError(libraries.Cudnn), CudnnStatus.Hint(number)),
            _ when call.StartsWith("cublasLt", StringComparison.Ordinal) => (Text(libraries.CublasLt.cublasLtGetStatusString((cublasStatus_t)number)), null),
            _ when call.StartsWith("cublas", StringComparison.Ordinal) => (Text(libraries.Cublas.cublasGetStatusString((cublasStatus_t)number)), null),
            _ => (DriverText(libraries.Driver, (CUresult)number), DriverStatus.Hint((CUresult)number)),
        };
        return new NativeFailure(call, Name(libraries, number, call), number, arguments, text, log, hint);
    }

    /// <summary>NVIDIA's name of what <paramref name="call"/> answered; the number where there is none.</summary>
    public static string Name(CudaLibraries libraries, int number, string call) => call switch
    {
        _ when call.StartsWith("cudnn", StringComparison.Ordinal) => CudnnStatus.Name(libraries.Cudnn, number),
        _ when call.StartsWith("cublasLt", StringComparison.Ordinal) => Text(libraries.CublasLt.cublasLtGetStatusName((cublasStatus_t)number)) ?? Plain(number),
        _ when call.StartsWith("cublas", StringComparison.Ordinal) => Text(libraries.Cublas.cublasGetStatusName((cublasStatus_t)number)) ?? Plain(number),
        _ => Enum.GetName((CUresult)number) ?? DriverName(libraries.Driver, (CUresult)number) ?? Plain(number),
    };

    public static string? Text(byte* text) => text == null ? null : Marshal.PtrToStringUTF8((nint)text);

    private static string Plain(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? DriverText(DriverApi driver, CUresult result)
    {
        byte* text;
        return driver.cuGetErrorString(result, &text) == CUresult.CUDA_SUCCESS ? Text(text) : null;
    }

    private static string? DriverName(DriverApi driver, CUresult result)
    {
        byte* text;
        return driver.cuGetErrorName(result, &text) == CUresult.CUDA_SUCCESS ? Text(text) : null;
    }
}

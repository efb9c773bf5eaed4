using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

/// <summary>The driver's functions, each under its exported name and with its exact parameters: they check arguments, in the order the driver does, and call the device.</summary>
internal static unsafe partial class DriverExports
{
    public static CUresult cuInit(uint flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuInit));
        if (call.Refuse(invalid: flags != 0) is { } refused)
        {
            return refused;
        }

        if (call.Machine.Devices.Count == 0)
        {
            return CUDA_ERROR_NO_DEVICE;
        }

        call.Machine.IsInitialised = true;
        return CUDA_SUCCESS;
    }

    public static CUresult cuDriverGetVersion(int* driverVersion)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDriverGetVersion));
        if (call.Refuse(invalid: driverVersion == null) is { } refused)
        {
            return refused;
        }

        *driverVersion = call.Machine.Options.DriverVersion;
        return CUDA_SUCCESS;
    }

    public static CUresult cuGetErrorName(CUresult error, byte** pStr)
    {
        if (pStr == null)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        *pStr = ErrorTexts.Name(error);
        return *pStr == null ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
    }

    public static CUresult cuGetErrorString(CUresult error, byte** pStr)
    {
        if (pStr == null)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        *pStr = ErrorTexts.Text(error);
        return *pStr == null ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
    }

    public static CUresult cuGetProcAddress(byte* symbol, void** pfn, int cudaVersion, ulong flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuGetProcAddress));
        if (call.Refuse(invalid: symbol == null || pfn == null || flags > 2) is { } refused)
        {
            return refused;
        }

        *pfn = (void*)ProcAddresses.Find(Marshal.PtrToStringUTF8((nint)symbol)!, cudaVersion, call.Machine.Options.DriverVersion, flags, out _);
        return *pfn == null ? CUDA_ERROR_NOT_FOUND : CUDA_SUCCESS;
    }

    public static CUresult cuGetProcAddress_v2(byte* symbol, void** pfn, int cudaVersion, ulong flags, CUdriverProcAddressQueryResult* symbolStatus)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuGetProcAddress_v2));
        if (call.Refuse(invalid: symbol == null || pfn == null || flags > 2) is { } refused)
        {
            return refused;
        }

        *pfn = (void*)ProcAddresses.Find(Marshal.PtrToStringUTF8((nint)symbol)!, cudaVersion, call.Machine.Options.DriverVersion, flags, out CUdriverProcAddressQueryResult status);
        if (symbolStatus != null)
        {
            *symbolStatus = status;
        }

        return CUDA_SUCCESS;
    }

    public static CUresult cuProfilerStart() => Nothing(nameof(cuProfilerStart));

    public static CUresult cuProfilerStop() => Nothing(nameof(cuProfilerStop));

    public static CUresult cuProfilerInitialize(byte* configFile, byte* outputFile, int outputMode)
        => Nothing(nameof(cuProfilerInitialize));

    /// <summary>A call that has nothing to do here but must be made as any other.</summary>
    private static CUresult Nothing(string name)
    {
        using NativeCall call = NativeCall.Enter(name);
        return call.Injected ?? CUDA_SUCCESS;
    }
}

using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuInit))]
    public static CUresult cuInit(uint Flags) => Unimplemented.Answer(nameof(cuInit));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDriverGetVersion))]
    public static CUresult cuDriverGetVersion(int* driverVersion) => Unimplemented.Answer(nameof(cuDriverGetVersion));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGetErrorName))]
    public static CUresult cuGetErrorName(CUresult error, byte** pStr) => Unimplemented.Answer(nameof(cuGetErrorName));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGetErrorString))]
    public static CUresult cuGetErrorString(CUresult error, byte** pStr) => Unimplemented.Answer(nameof(cuGetErrorString));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGetProcAddress))]
    public static CUresult cuGetProcAddress(byte* symbol, void** pfn, int cudaVersion, ulong flags) => Unimplemented.Answer(nameof(cuGetProcAddress));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGetProcAddress_v2))]
    public static CUresult cuGetProcAddress_v2(byte* symbol, void** pfn, int cudaVersion, ulong flags, CUdriverProcAddressQueryResult* symbolStatus) => Unimplemented.Answer(nameof(cuGetProcAddress_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuProfilerStart))]
    public static CUresult cuProfilerStart() => Unimplemented.Answer(nameof(cuProfilerStart));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuProfilerStop))]
    public static CUresult cuProfilerStop() => Unimplemented.Answer(nameof(cuProfilerStop));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuProfilerInitialize))]
    public static CUresult cuProfilerInitialize(byte* configFile, byte* outputFile, int outputMode) => Unimplemented.Answer(nameof(cuProfilerInitialize));
}

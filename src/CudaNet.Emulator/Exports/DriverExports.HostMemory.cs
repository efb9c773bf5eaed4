using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemHostAlloc))]
    public static CUresult cuMemHostAlloc(void** pp, nuint bytesize, uint Flags) => Unimplemented.Answer(nameof(cuMemHostAlloc));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemAllocHost_v2))]
    public static CUresult cuMemAllocHost_v2(void** pp, nuint bytesize) => Unimplemented.Answer(nameof(cuMemAllocHost_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemFreeHost))]
    public static CUresult cuMemFreeHost(void* p) => Unimplemented.Answer(nameof(cuMemFreeHost));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemHostRegister_v2))]
    public static CUresult cuMemHostRegister_v2(void* p, nuint bytesize, uint Flags) => Unimplemented.Answer(nameof(cuMemHostRegister_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemHostUnregister))]
    public static CUresult cuMemHostUnregister(void* p) => Unimplemented.Answer(nameof(cuMemHostUnregister));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemHostGetDevicePointer_v2))]
    public static CUresult cuMemHostGetDevicePointer_v2(ulong* pdptr, void* p, uint Flags) => Unimplemented.Answer(nameof(cuMemHostGetDevicePointer_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemHostGetFlags))]
    public static CUresult cuMemHostGetFlags(uint* pFlags, void* p) => Unimplemented.Answer(nameof(cuMemHostGetFlags));
}

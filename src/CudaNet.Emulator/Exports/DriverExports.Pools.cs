using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetDefaultMemPool))]
    public static CUresult cuDeviceGetDefaultMemPool(nint* pool_out, int dev) => Unimplemented.Answer(nameof(cuDeviceGetDefaultMemPool));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetMemPool))]
    public static CUresult cuDeviceGetMemPool(nint* pool, int dev) => Unimplemented.Answer(nameof(cuDeviceGetMemPool));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceSetMemPool))]
    public static CUresult cuDeviceSetMemPool(int dev, nint pool) => Unimplemented.Answer(nameof(cuDeviceSetMemPool));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemAllocAsync))]
    public static CUresult cuMemAllocAsync(ulong* dptr, nuint bytesize, nint hStream) => Unimplemented.Answer(nameof(cuMemAllocAsync));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemFreeAsync))]
    public static CUresult cuMemFreeAsync(ulong dptr, nint hStream) => Unimplemented.Answer(nameof(cuMemFreeAsync));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemAllocFromPoolAsync))]
    public static CUresult cuMemAllocFromPoolAsync(ulong* dptr, nuint bytesize, nint pool, nint hStream) => Unimplemented.Answer(nameof(cuMemAllocFromPoolAsync));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemPoolCreate))]
    public static CUresult cuMemPoolCreate(nint* pool, CUmemPoolProps* poolProps) => Unimplemented.Answer(nameof(cuMemPoolCreate));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemPoolDestroy))]
    public static CUresult cuMemPoolDestroy(nint pool) => Unimplemented.Answer(nameof(cuMemPoolDestroy));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemPoolSetAttribute))]
    public static CUresult cuMemPoolSetAttribute(nint pool, CUmemPool_attribute attr, void* value) => Unimplemented.Answer(nameof(cuMemPoolSetAttribute));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemPoolGetAttribute))]
    public static CUresult cuMemPoolGetAttribute(nint pool, CUmemPool_attribute attr, void* value) => Unimplemented.Answer(nameof(cuMemPoolGetAttribute));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemPoolTrimTo))]
    public static CUresult cuMemPoolTrimTo(nint pool, nuint minBytesToKeep) => Unimplemented.Answer(nameof(cuMemPoolTrimTo));
}

using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemGetInfo_v2))]
    public static CUresult cuMemGetInfo_v2(nuint* free, nuint* total) => Unimplemented.Answer(nameof(cuMemGetInfo_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemAlloc))]
    public static CUresult cuMemAlloc(uint* dptr, uint bytesize) => Unimplemented.Answer(nameof(cuMemAlloc));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemAlloc_v2))]
    public static CUresult cuMemAlloc_v2(ulong* dptr, nuint bytesize) => Unimplemented.Answer(nameof(cuMemAlloc_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemFree_v2))]
    public static CUresult cuMemFree_v2(ulong dptr) => Unimplemented.Answer(nameof(cuMemFree_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuPointerGetAttribute))]
    public static CUresult cuPointerGetAttribute(void* data, CUpointer_attribute attribute, ulong ptr) => Unimplemented.Answer(nameof(cuPointerGetAttribute));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuPointerGetAttributes))]
    public static CUresult cuPointerGetAttributes(uint numAttributes, CUpointer_attribute* attributes, void** data, ulong ptr) => Unimplemented.Answer(nameof(cuPointerGetAttributes));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemGetAddressRange_v2))]
    public static CUresult cuMemGetAddressRange_v2(ulong* pbase, nuint* psize, ulong dptr) => Unimplemented.Answer(nameof(cuMemGetAddressRange_v2));
}

using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD8_v2))]
    public static CUresult cuMemsetD8_v2(ulong dstDevice, byte uc, nuint N) => Unimplemented.Answer(nameof(cuMemsetD8_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD32_v2))]
    public static CUresult cuMemsetD32_v2(ulong dstDevice, uint ui, nuint N) => Unimplemented.Answer(nameof(cuMemsetD32_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD8Async))]
    public static CUresult cuMemsetD8Async(ulong dstDevice, byte uc, nuint N, nint hStream) => Unimplemented.Answer(nameof(cuMemsetD8Async));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD16Async))]
    public static CUresult cuMemsetD16Async(ulong dstDevice, ushort us, nuint N, nint hStream) => Unimplemented.Answer(nameof(cuMemsetD16Async));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD32Async))]
    public static CUresult cuMemsetD32Async(ulong dstDevice, uint ui, nuint N, nint hStream) => Unimplemented.Answer(nameof(cuMemsetD32Async));
}

using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyHtoD_v2))]
    public static CUresult cuMemcpyHtoD_v2(ulong dstDevice, void* srcHost, nuint ByteCount) => Unimplemented.Answer(nameof(cuMemcpyHtoD_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyDtoH_v2))]
    public static CUresult cuMemcpyDtoH_v2(void* dstHost, ulong srcDevice, nuint ByteCount) => Unimplemented.Answer(nameof(cuMemcpyDtoH_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyDtoD_v2))]
    public static CUresult cuMemcpyDtoD_v2(ulong dstDevice, ulong srcDevice, nuint ByteCount) => Unimplemented.Answer(nameof(cuMemcpyDtoD_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyHtoDAsync_v2))]
    public static CUresult cuMemcpyHtoDAsync_v2(ulong dstDevice, void* srcHost, nuint ByteCount, nint hStream) => Unimplemented.Answer(nameof(cuMemcpyHtoDAsync_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyDtoHAsync_v2))]
    public static CUresult cuMemcpyDtoHAsync_v2(void* dstHost, ulong srcDevice, nuint ByteCount, nint hStream) => Unimplemented.Answer(nameof(cuMemcpyDtoHAsync_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyDtoDAsync_v2))]
    public static CUresult cuMemcpyDtoDAsync_v2(ulong dstDevice, ulong srcDevice, nuint ByteCount, nint hStream) => Unimplemented.Answer(nameof(cuMemcpyDtoDAsync_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpyAsync))]
    public static CUresult cuMemcpyAsync(ulong dst, ulong src, nuint ByteCount, nint hStream) => Unimplemented.Answer(nameof(cuMemcpyAsync));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemcpy2DAsync_v2))]
    public static CUresult cuMemcpy2DAsync_v2(CUDA_MEMCPY2D* pCopy, nint hStream) => Unimplemented.Answer(nameof(cuMemcpy2DAsync_v2));
}

using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

/// <content>
/// The interfaces before CUDA 3.2, whose addresses and sizes have 32 bits, under the names without <c>_v2</c>. No address of the device fits: what would
/// have to tell one answers 1 and says so, and one that was cut off is unknown. The rest does as its successor.
/// </content>
internal static unsafe partial class DriverExports
{
    public static CUresult cuMemAlloc(uint* dptr, uint bytesize) => TooWide(nameof(cuMemAlloc));

    public static CUresult cuMemAllocPitch(uint* dptr, uint* pPitch, uint widthInBytes, uint height, uint elementSizeBytes) => TooWide(nameof(cuMemAllocPitch));

    public static CUresult cuMemHostGetDevicePointer(uint* pdptr, void* p, uint flags) => TooWide(nameof(cuMemHostGetDevicePointer));

    public static CUresult cuModuleGetGlobal(uint* dptr, uint* bytes, nint hmod, byte* name) => TooWide(nameof(cuModuleGetGlobal));

    public static CUresult cuMemGetAddressRange(uint* pbase, uint* psize, uint dptr) => TooWide(nameof(cuMemGetAddressRange));

    public static CUresult cuMemAllocHost(void** pp, uint bytesize) => cuMemAllocHost_v2(pp, bytesize);

    public static CUresult cuMemFree(uint dptr) => cuMemFree_v2(dptr);

    public static CUresult cuMemGetInfo(uint* free, uint* total)
    {
        nuint left = 0;
        nuint all = 0;
        CUresult result = cuMemGetInfo_v2(free == null ? null : &left, total == null ? null : &all);
        if (result == CUDA_SUCCESS)
        {
            *free = (uint)Math.Min(left, uint.MaxValue);
            *total = (uint)Math.Min(all, uint.MaxValue);
        }

        return result;
    }

    public static CUresult cuMemcpyHtoD(uint dstDevice, void* srcHost, uint byteCount) => cuMemcpyHtoD_v2(dstDevice, srcHost, byteCount);

    public static CUresult cuMemcpyDtoH(void* dstHost, uint srcDevice, uint byteCount) => cuMemcpyDtoH_v2(dstHost, srcDevice, byteCount);

    public static CUresult cuMemcpyDtoD(uint dstDevice, uint srcDevice, uint byteCount) => cuMemcpyDtoD_v2(dstDevice, srcDevice, byteCount);

    public static CUresult cuMemcpyHtoDAsync(uint dstDevice, void* srcHost, uint byteCount, nint hStream)
        => cuMemcpyHtoDAsync_v2(dstDevice, srcHost, byteCount, hStream);

    public static CUresult cuMemcpyDtoHAsync(void* dstHost, uint srcDevice, uint byteCount, nint hStream)
        => cuMemcpyDtoHAsync_v2(dstHost, srcDevice, byteCount, hStream);

    public static CUresult cuMemcpyDtoDAsync(uint dstDevice, uint srcDevice, uint byteCount, nint hStream)
        => cuMemcpyDtoDAsync_v2(dstDevice, srcDevice, byteCount, hStream);

    public static CUresult cuMemcpy2D(CUDA_MEMCPY2D_v1* pCopy) => Widened(nameof(cuMemcpy2D_v2), pCopy, 0, isAsync: false);

    public static CUresult cuMemcpy2DUnaligned(CUDA_MEMCPY2D_v1* pCopy) => Widened(nameof(cuMemcpy2DUnaligned_v2), pCopy, 0, isAsync: false);

    public static CUresult cuMemcpy2DAsync(CUDA_MEMCPY2D_v1* pCopy, nint hStream) => Widened(nameof(cuMemcpy2DAsync_v2), pCopy, hStream, isAsync: true);

    public static CUresult cuMemsetD8(uint dstDevice, byte uc, uint n) => cuMemsetD8_v2(dstDevice, uc, n);

    public static CUresult cuMemsetD16(uint dstDevice, ushort us, uint n) => cuMemsetD16_v2(dstDevice, us, n);

    public static CUresult cuMemsetD32(uint dstDevice, uint ui, uint n) => cuMemsetD32_v2(dstDevice, ui, n);

    public static CUresult cuMemsetD2D8(uint dstDevice, uint dstPitch, byte uc, uint width, uint height)
        => cuMemsetD2D8_v2(dstDevice, dstPitch, uc, width, height);

    public static CUresult cuMemsetD2D16(uint dstDevice, uint dstPitch, ushort us, uint width, uint height)
        => cuMemsetD2D16_v2(dstDevice, dstPitch, us, width, height);

    public static CUresult cuMemsetD2D32(uint dstDevice, uint dstPitch, uint ui, uint width, uint height)
        => cuMemsetD2D32_v2(dstDevice, dstPitch, ui, width, height);

    private static CUresult Widened(string name, CUDA_MEMCPY2D_v1* pCopy, nint hStream, bool isAsync)
    {
        if (pCopy == null)
        {
            return CopyRectangle(name, null, hStream, isAsync);
        }

        CUDA_MEMCPY2D wide = pCopy->Widened;
        return CopyRectangle(name, &wide, hStream, isAsync);
    }

    private static CUresult TooWide(string name)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Injected is { } refused)
        {
            return refused;
        }

        call.Find(FindingKind.Unsupported, $"the address would not fit into 32 bits, which is what this interface of CUDA 3.1 has: call {name}_v2.");
        return CUDA_ERROR_INVALID_VALUE;
    }
}

using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuMemcpyHtoD_v2(ulong dstDevice, void* srcHost, nuint byteCount)
        => CopyNow(nameof(cuMemcpyHtoD_v2), dstDevice, (ulong)srcHost, byteCount, CopyEnds.Destination);

    public static CUresult cuMemcpyDtoH_v2(void* dstHost, ulong srcDevice, nuint byteCount)
        => CopyNow(nameof(cuMemcpyDtoH_v2), (ulong)dstHost, srcDevice, byteCount, CopyEnds.Source);

    public static CUresult cuMemcpyDtoD_v2(ulong dstDevice, ulong srcDevice, nuint byteCount)
        => CopyNow(nameof(cuMemcpyDtoD_v2), dstDevice, srcDevice, byteCount, CopyEnds.Both);

    public static CUresult cuMemcpyHtoDAsync_v2(ulong dstDevice, void* srcHost, nuint byteCount, nint hStream)
        => Copy(nameof(cuMemcpyHtoDAsync_v2), dstDevice, (ulong)srcHost, byteCount, hStream, CopyEnds.Destination);

    public static CUresult cuMemcpyDtoHAsync_v2(void* dstHost, ulong srcDevice, nuint byteCount, nint hStream)
        => Copy(nameof(cuMemcpyDtoHAsync_v2), (ulong)dstHost, srcDevice, byteCount, hStream, CopyEnds.Source);

    public static CUresult cuMemcpyDtoDAsync_v2(ulong dstDevice, ulong srcDevice, nuint byteCount, nint hStream)
        => Copy(nameof(cuMemcpyDtoDAsync_v2), dstDevice, srcDevice, byteCount, hStream, CopyEnds.Both);

    public static CUresult cuMemcpyAsync(ulong dst, ulong src, nuint byteCount, nint hStream)
        => Copy(nameof(cuMemcpyAsync), dst, src, byteCount, hStream, CopyEnds.None);

    public static CUresult cuMemcpy(ulong dst, ulong src, nuint byteCount)
        => CopyNow(nameof(cuMemcpy), dst, src, byteCount, CopyEnds.None);

    public static CUresult cuMemcpy2D_v2(CUDA_MEMCPY2D* pCopy)
        => CopyRectangle(nameof(cuMemcpy2D_v2), pCopy, 0, isAsync: false);

    public static CUresult cuMemcpy2DUnaligned_v2(CUDA_MEMCPY2D* pCopy)
        => CopyRectangle(nameof(cuMemcpy2DUnaligned_v2), pCopy, 0, isAsync: false);

    public static CUresult cuMemcpy2DAsync_v2(CUDA_MEMCPY2D* pCopy, nint hStream)
        => CopyRectangle(nameof(cuMemcpy2DAsync_v2), pCopy, hStream, isAsync: true);

    private static CUresult CopyRectangle(string name, CUDA_MEMCPY2D* pCopy, nint hStream, bool isAsync)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Refuse(invalid: pCopy == null) is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        if (pCopy->srcMemoryType == CUmemorytype.CU_MEMORYTYPE_ARRAY || pCopy->dstMemoryType == CUmemorytype.CU_MEMORYTYPE_ARRAY)
        {
            return Unimplemented.Answer($"{name} of arrays");
        }

        if (pCopy->Source is not { } source || pCopy->Destination is not { } destination)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        CopyEnds onDevice = (pCopy->srcMemoryType == CUmemorytype.CU_MEMORYTYPE_DEVICE ? CopyEnds.Source : CopyEnds.None)
            | (pCopy->dstMemoryType == CUmemorytype.CU_MEMORYTYPE_DEVICE ? CopyEnds.Destination : CopyEnds.None);
        return pCopy->WidthInBytes == 0 || pCopy->Height == 0 || AreKnown(call, destination.Address, source.Address, onDevice)
            ? Copies.Rows(name, stream, destination, source, pCopy->WidthInBytes, pCopy->Height, isAsync)
            : CUDA_ERROR_INVALID_VALUE;
    }

    private static CUresult CopyNow(string name, ulong destination, ulong source, nuint bytes, CopyEnds onDevice)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (bytes > 0 && !AreKnown(call, destination, source, onDevice))
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        return Copies.Linear(name, call.DefaultStream, destination, source, bytes, isAsync: false);
    }

    private static CUresult Copy(string name, ulong destination, ulong source, nuint bytes, nint hStream, CopyEnds onDevice)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        if (bytes > 0 && !AreKnown(call, destination, source, onDevice))
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        return Copies.Linear(name, stream, destination, source, bytes, isAsync: true);
    }

    /// <summary>Whether the ends that the call takes for device memory are memory that the driver knows; a host address there is a finding.</summary>
    private static bool AreKnown(NativeCall call, ulong destination, ulong source, CopyEnds onDevice) =>
        (!onDevice.HasFlag(CopyEnds.Destination) || IsKnown(call, destination, "destination"))
        && (!onDevice.HasFlag(CopyEnds.Source) || IsKnown(call, source, "source"));

    private static bool IsKnown(NativeCall call, ulong address, string end)
    {
        bool isKnown = MemorySpace.IsDeviceAddress(address) || call.Machine.Memory.Find(address) is not null;
        if (!isKnown && address != 0)
        {
            call.Find(FindingKind.Argument, $"the {end} 0x{address:x} is no memory that the driver knows; a host address perhaps.");
        }

        return isKnown;
    }
}

using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuMemsetD8_v2(ulong dstDevice, byte uc, nuint n)
        => FillNow(nameof(cuMemsetD8_v2), dstDevice, uc, sizeof(byte), n);

    public static CUresult cuMemsetD32_v2(ulong dstDevice, uint ui, nuint n)
        => FillNow(nameof(cuMemsetD32_v2), dstDevice, ui, sizeof(uint), n);

    public static CUresult cuMemsetD8Async(ulong dstDevice, byte uc, nuint n, nint hStream)
        => Fill(nameof(cuMemsetD8Async), dstDevice, uc, sizeof(byte), n, hStream);

    public static CUresult cuMemsetD16Async(ulong dstDevice, ushort us, nuint n, nint hStream)
        => Fill(nameof(cuMemsetD16Async), dstDevice, us, sizeof(ushort), n, hStream);

    public static CUresult cuMemsetD32Async(ulong dstDevice, uint ui, nuint n, nint hStream)
        => Fill(nameof(cuMemsetD32Async), dstDevice, ui, sizeof(uint), n, hStream);

    private static CUresult FillNow(string name, ulong address, uint value, int elementBytes, nuint count)
    {
        using NativeCall call = NativeCall.Enter(name);
        return call.Injected ?? Fills.Rows(name, call.DefaultStream, address, 0, value, elementBytes, count, 1, isAsync: false);
    }

    private static CUresult Fill(string name, ulong address, uint value, int elementBytes, nuint count, nint hStream)
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

        return Fills.Rows(name, stream, address, 0, value, elementBytes, count, 1, isAsync: true);
    }
}

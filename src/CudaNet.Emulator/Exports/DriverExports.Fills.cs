using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuMemsetD8_v2(ulong dstDevice, byte uc, nuint n)
        => FillNow(nameof(cuMemsetD8_v2), dstDevice, 0, uc, sizeof(byte), n, 1);

    public static CUresult cuMemsetD16_v2(ulong dstDevice, ushort us, nuint n)
        => FillNow(nameof(cuMemsetD16_v2), dstDevice, 0, us, sizeof(ushort), n, 1);

    public static CUresult cuMemsetD32_v2(ulong dstDevice, uint ui, nuint n)
        => FillNow(nameof(cuMemsetD32_v2), dstDevice, 0, ui, sizeof(uint), n, 1);

    public static CUresult cuMemsetD8Async(ulong dstDevice, byte uc, nuint n, nint hStream)
        => Fill(nameof(cuMemsetD8Async), dstDevice, 0, uc, sizeof(byte), n, 1, hStream);

    public static CUresult cuMemsetD16Async(ulong dstDevice, ushort us, nuint n, nint hStream)
        => Fill(nameof(cuMemsetD16Async), dstDevice, 0, us, sizeof(ushort), n, 1, hStream);

    public static CUresult cuMemsetD32Async(ulong dstDevice, uint ui, nuint n, nint hStream)
        => Fill(nameof(cuMemsetD32Async), dstDevice, 0, ui, sizeof(uint), n, 1, hStream);

    public static CUresult cuMemsetD2D8_v2(ulong dstDevice, nuint dstPitch, byte uc, nuint width, nuint height)
        => FillNow(nameof(cuMemsetD2D8_v2), dstDevice, dstPitch, uc, sizeof(byte), width, height);

    public static CUresult cuMemsetD2D16_v2(ulong dstDevice, nuint dstPitch, ushort us, nuint width, nuint height)
        => FillNow(nameof(cuMemsetD2D16_v2), dstDevice, dstPitch, us, sizeof(ushort), width, height);

    public static CUresult cuMemsetD2D32_v2(ulong dstDevice, nuint dstPitch, uint ui, nuint width, nuint height)
        => FillNow(nameof(cuMemsetD2D32_v2), dstDevice, dstPitch, ui, sizeof(uint), width, height);

    public static CUresult cuMemsetD2D8Async(ulong dstDevice, nuint dstPitch, byte uc, nuint width, nuint height, nint hStream)
        => Fill(nameof(cuMemsetD2D8Async), dstDevice, dstPitch, uc, sizeof(byte), width, height, hStream);

    public static CUresult cuMemsetD2D16Async(ulong dstDevice, nuint dstPitch, ushort us, nuint width, nuint height, nint hStream)
        => Fill(nameof(cuMemsetD2D16Async), dstDevice, dstPitch, us, sizeof(ushort), width, height, hStream);

    public static CUresult cuMemsetD2D32Async(ulong dstDevice, nuint dstPitch, uint ui, nuint width, nuint height, nint hStream)
        => Fill(nameof(cuMemsetD2D32Async), dstDevice, dstPitch, ui, sizeof(uint), width, height, hStream);

    private static CUresult FillNow(string name, ulong address, nuint pitch, uint value, int elementBytes, nuint width, nuint height)
    {
        using NativeCall call = NativeCall.Enter(name);
        return call.Injected ?? Fills.Rows(name, call.DefaultStream, address, pitch, value, elementBytes, width, height, isAsync: false);
    }

    private static CUresult Fill(string name, ulong address, nuint pitch, uint value, int elementBytes, nuint width, nuint height, nint hStream)
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

        return Fills.Rows(name, stream, address, pitch, value, elementBytes, width, height, isAsync: true);
    }
}

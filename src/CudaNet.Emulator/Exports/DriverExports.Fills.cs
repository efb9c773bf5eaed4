using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD8_v2))]
    public static CUresult cuMemsetD8_v2(ulong dstDevice, byte uc, nuint n)
        => FillNow(nameof(cuMemsetD8_v2), dstDevice, uc, sizeof(byte), n);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD32_v2))]
    public static CUresult cuMemsetD32_v2(ulong dstDevice, uint ui, nuint n)
        => FillNow(nameof(cuMemsetD32_v2), dstDevice, ui, sizeof(uint), n);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD8Async))]
    public static CUresult cuMemsetD8Async(ulong dstDevice, byte uc, nuint n, nint hStream)
        => Fill(nameof(cuMemsetD8Async), dstDevice, uc, sizeof(byte), n, hStream);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD16Async))]
    public static CUresult cuMemsetD16Async(ulong dstDevice, ushort us, nuint n, nint hStream)
        => Fill(nameof(cuMemsetD16Async), dstDevice, us, sizeof(ushort), n, hStream);

    [UnmanagedCallersOnly(EntryPoint = nameof(cuMemsetD32Async))]
    public static CUresult cuMemsetD32Async(ulong dstDevice, uint ui, nuint n, nint hStream)
        => Fill(nameof(cuMemsetD32Async), dstDevice, ui, sizeof(uint), n, hStream);

    /// <summary>A fill on the legacy stream: the host waits for it only where host memory is filled.</summary>
    private static CUresult FillNow(string name, ulong address, uint value, int elementBytes, nuint count)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (MemoryArguments.Check(call, address, count, (nuint)elementBytes, out MemoryRange? range) is not CUDA_SUCCESS and var invalid)
        {
            return invalid;
        }

        if (range is null)
        {
            return CUDA_SUCCESS;
        }

        var operation = new FillOperation(name, address, value, elementBytes, count);
        EmulatedStream legacy = call.Context.Legacy;
        return range.Kind is MemoryKind.Pinned or MemoryKind.Registered ? legacy.RunNow(operation) : legacy.Enqueue(operation);
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

        if (MemoryArguments.Check(call, address, count, (nuint)elementBytes, out MemoryRange? range) is not CUDA_SUCCESS and var invalid)
        {
            return invalid;
        }

        return range is null ? stream.Admit(name) : stream.Enqueue(new FillOperation(name, address, value, elementBytes, count));
    }
}

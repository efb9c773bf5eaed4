using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventCreate))]
    public static CUresult cuEventCreate(nint* phEvent, uint Flags) => Unimplemented.Answer(nameof(cuEventCreate));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventRecord))]
    public static CUresult cuEventRecord(nint hEvent, nint hStream) => Unimplemented.Answer(nameof(cuEventRecord));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventRecordWithFlags))]
    public static CUresult cuEventRecordWithFlags(nint hEvent, nint hStream, uint flags) => Unimplemented.Answer(nameof(cuEventRecordWithFlags));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventQuery))]
    public static CUresult cuEventQuery(nint hEvent) => Unimplemented.Answer(nameof(cuEventQuery));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventSynchronize))]
    public static CUresult cuEventSynchronize(nint hEvent) => Unimplemented.Answer(nameof(cuEventSynchronize));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventDestroy_v2))]
    public static CUresult cuEventDestroy_v2(nint hEvent) => Unimplemented.Answer(nameof(cuEventDestroy_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventElapsedTime))]
    public static CUresult cuEventElapsedTime(float* pMilliseconds, nint hStart, nint hEnd) => Unimplemented.Answer(nameof(cuEventElapsedTime));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuEventElapsedTime_v2))]
    public static CUresult cuEventElapsedTime_v2(float* pMilliseconds, nint hStart, nint hEnd) => Unimplemented.Answer(nameof(cuEventElapsedTime_v2));
}

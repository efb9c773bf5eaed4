using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamBeginCapture))]
    public static CUresult cuStreamBeginCapture(nint hStream) => Unimplemented.Answer(nameof(cuStreamBeginCapture));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamBeginCapture_v2))]
    public static CUresult cuStreamBeginCapture_v2(nint hStream, CUstreamCaptureMode mode) => Unimplemented.Answer(nameof(cuStreamBeginCapture_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamEndCapture))]
    public static CUresult cuStreamEndCapture(nint hStream, nint* phGraph) => Unimplemented.Answer(nameof(cuStreamEndCapture));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetCaptureInfo))]
    public static CUresult cuStreamGetCaptureInfo(nint hStream, CUstreamCaptureStatus* captureStatus_out, ulong* id_out) => Unimplemented.Answer(nameof(cuStreamGetCaptureInfo));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetCaptureInfo_v2))]
    public static CUresult cuStreamGetCaptureInfo_v2(nint hStream, CUstreamCaptureStatus* captureStatus_out, ulong* id_out, nint* graph_out, nint** dependencies_out, nuint* numDependencies_out) => Unimplemented.Answer(nameof(cuStreamGetCaptureInfo_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuStreamGetCaptureInfo_v3))]
    public static CUresult cuStreamGetCaptureInfo_v3(nint hStream, CUstreamCaptureStatus* captureStatus_out, ulong* id_out, nint* graph_out, nint** dependencies_out, void** edgeData_out, nuint* numDependencies_out) => Unimplemented.Answer(nameof(cuStreamGetCaptureInfo_v3));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuThreadExchangeStreamCaptureMode))]
    public static CUresult cuThreadExchangeStreamCaptureMode(CUstreamCaptureMode* mode) => Unimplemented.Answer(nameof(cuThreadExchangeStreamCaptureMode));
}

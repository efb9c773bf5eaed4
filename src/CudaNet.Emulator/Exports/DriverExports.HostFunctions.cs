using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuLaunchHostFunc(nint hStream, nint fn, void* userData)
        => LaunchHostFunction(nameof(cuLaunchHostFunc), hStream, fn, userData);

    public static CUresult cuLaunchHostFunc_v2(nint hStream, nint fn, void* userData, uint syncMode)
        => syncMode > 1 ? CUDA_ERROR_INVALID_VALUE : LaunchHostFunction(nameof(cuLaunchHostFunc_v2), hStream, fn, userData);

    public static CUresult cuStreamAddCallback(nint hStream, nint callback, void* userData, uint flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuStreamAddCallback));
        if (call.Refuse(invalid: callback == 0 || flags != 0) is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        if (stream.Capture is not null)
        {
            return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        }

        return stream.Enqueue(new CallbackOperation(callback, hStream, userData));
    }

    private static CUresult LaunchHostFunction(string name, nint hStream, nint fn, void* userData)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Refuse(invalid: fn == 0) is { } refused)
        {
            return refused;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return stream.Enqueue(new HostFunctionOperation(fn, (nint)userData));
    }
}

using CudaNet.Emulator.Cudnn;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnStatus_t;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CudnnExports
{
    public static cudnnStatus_t cudnnCreate(nint* handle)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnCreate));
        if (handle == null)
        {
            return call.Answer(CudnnAnswer.BadParam("handle == NULL"));
        }

        *handle = 0;
        if (call.Refused is { } refused)
        {
            return call.Answer(refused);
        }

        if (!call.Machine.IsInitialised || call.Current is not { } context)
        {
            return call.Answer(new CudnnAnswer(CUDNN_STATUS_NOT_INITIALIZED, "no context is current"));
        }

        if (context.Fault is not null)
        {
            return call.Answer(new CudnnAnswer(CUDNN_STATUS_EXECUTION_FAILED_CUDA_DRIVER, "the context is faulted"));
        }

        *handle = context.Own(new EmulatedCudnnHandle(context), LeakKind.LibraryHandle, nameof(cudnnCreate));
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnDestroy(nint handle)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnDestroy), handle);
        if (handle == 0)
        {
            return call.Answer(call.Refused ?? CudnnAnswer.Success);
        }

        CudnnAnswer? refused = call.Find(handle, out EmulatedCudnnHandle cudnn);
        if (cudnn is not null)
        {
            cudnn.ReleaseMemory();
            cudnn.Context.Disown(handle, cudnn);
        }

        return call.Answer(refused ?? CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnSetStream(nint handle, nint streamId)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetStream), handle);
        if (call.Find(handle, out EmulatedCudnnHandle cudnn) is { } refused)
        {
            return call.Answer(refused);
        }

        if (call.FindStream(streamId, out EmulatedStream stream) != CUresult.CUDA_SUCCESS)
        {
            return call.Answer(CudnnAnswer.BadParam("no such stream"));
        }

        if (stream.Context != cudnn.Context)
        {
            return call.Answer(CudnnAnswer.Refuse(CUDNN_STATUS_BAD_PARAM_STREAM_MISMATCH, FindingKind.Handle, "the stream belongs to another context than the cuDNN handle."));
        }

        (cudnn.Stream, cudnn.StreamHandle) = (stream, streamId);
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnGetStream(nint handle, nint* streamId)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetStream), handle);
        if (call.Find(handle, out EmulatedCudnnHandle cudnn) is { } refused)
        {
            return call.Answer(refused);
        }

        if (streamId == null)
        {
            return call.Answer(CudnnAnswer.BadParam("streamId == NULL"));
        }

        *streamId = cudnn.StreamHandle;
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnQueryRuntimeError(nint handle, cudnnStatus_t* status, int mode, void* tag)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnQueryRuntimeError), handle);
        if (call.Find(handle, out EmulatedCudnnHandle _) is { } refused)
        {
            return call.Answer(refused);
        }

        if (status == null || mode is < 0 or > 2)
        {
            return call.Answer(CudnnAnswer.BadParam("rstatus == NULL or mode is out of range"));
        }

        *status = CUDNN_STATUS_SUCCESS;
        return call.Answer(CudnnAnswer.Success);
    }
}

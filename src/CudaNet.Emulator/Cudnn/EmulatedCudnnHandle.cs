using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cudnn;

/// <summary>A cudnnHandle_t: it belongs to the context that was current when it was made, and queues its work on one stream.</summary>
internal sealed class EmulatedCudnnHandle(EmulatedContext context)
{
    private readonly Dictionary<cudnnConvolutionFwdAlgo_t, MemoryRange> _kept = [];

    public EmulatedContext Context { get; } = context;

    public EmulatedStream Stream { get; set; } = context.Legacy;

    /// <summary>The stream as it was set.</summary>
    public nint StreamHandle { get; set; }

    public EmulatedDeviceProfile Profile => Context.Device.Profile;

    /// <summary>The memory that the first run of an algorithm takes and the handle keeps, where the profile says so.</summary>
    /// <returns>Success; what a capture answers to an allocation; or that there is no memory.</returns>
    public CUresult KeepMemory(cudnnConvolutionFwdAlgo_t algorithm, string call)
    {
        ulong bytes = (ulong)Profile.KeptConvolutionBytes;
        if (bytes == 0 || algorithm == cudnnConvolutionFwdAlgo_t.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM || _kept.ContainsKey(algorithm))
        {
            return CUresult.CUDA_SUCCESS;
        }

        if (Context.Machine.Captures.RefuseUnsafe($"{call}, which allocates memory at its first run of {algorithm},") is { } forbidden)
        {
            return forbidden;
        }

        if (Context.Machine.Memory.Allocate(Context, bytes, $"{call} with {algorithm}") is not { } memory)
        {
            return CUresult.CUDA_ERROR_OUT_OF_MEMORY;
        }

        _kept.Add(algorithm, memory);
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>Gives back what was kept, when the handle is destroyed.</summary>
    public void ReleaseMemory()
    {
        foreach (MemoryRange memory in _kept.Values)
        {
            Context.Machine.Memory.Release(memory);
        }

        _kept.Clear();
    }
}

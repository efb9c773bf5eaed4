using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>What the driver's results mean for a program.</summary>
internal static class DriverStatus
{
    /// <summary>After such a result every call in the context answers the same, until the process ends.</summary>
    public static bool IsSticky(CUresult result) => result is
        CUresult.CUDA_ERROR_ILLEGAL_ADDRESS or CUresult.CUDA_ERROR_LAUNCH_TIMEOUT or CUresult.CUDA_ERROR_ASSERT
        or CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR or CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION or CUresult.CUDA_ERROR_MISALIGNED_ADDRESS
        or CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE or CUresult.CUDA_ERROR_INVALID_PC or CUresult.CUDA_ERROR_LAUNCH_FAILED
        or CUresult.CUDA_ERROR_EXTERNAL_DEVICE or CUresult.CUDA_ERROR_CONTAINED or CUresult.CUDA_ERROR_TENSOR_MEMORY_LEAK or CUresult.CUDA_ERROR_MPS_CLIENT_TERMINATED;

    /// <summary>What to do about a result; null where nothing better than its name is known.</summary>
    public static string? Hint(CUresult result) => result switch
    {
        CUresult.CUDA_ERROR_OUT_OF_MEMORY => "Free memory on the device, or use a smaller batch; other processes use the same memory.",
        CUresult.CUDA_ERROR_STUB_LIBRARY => "This is the toolkit's stub for linking, not the driver. Take its folder (…/stubs) from the loader's path.",
        CUresult.CUDA_ERROR_DEVICE_UNAVAILABLE => "Another process holds the device in exclusive mode, or the device is lost.",
        CUresult.CUDA_ERROR_NO_DEVICE => "The driver is there and sees no GPU: check `nvidia-smi`, the container's --gpus option and CUDA_VISIBLE_DEVICES.",
        CUresult.CUDA_ERROR_INVALID_IMAGE => "The text is neither PTX nor a binary for a GPU.",
        CUresult.CUDA_ERROR_INVALID_CONTEXT => "No context, or another one, is current on this thread: call MakeCurrent after other code has changed it.",
        CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU => "The module has no code for this device's compute capability: compile it to PTX for a lower one.",
        CUresult.CUDA_ERROR_INVALID_PTX => "The driver's compiler refused the PTX: its log says which line, or the PTX is for a later architecture than the device.",
        CUresult.CUDA_ERROR_JIT_COMPILER_NOT_FOUND => "libnvidia-ptxjitcompiler is missing: install the whole driver; in a container, give it the compute capability of the driver.",
        CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION => "The driver is older than the PTX: update the driver, or compile with a lower PTX version (clang: --cuda-feature=+ptx65).",
        CUresult.CUDA_ERROR_OPERATING_SYSTEM => "The driver could not talk to the kernel; on WSL, libcuda.so.1 must be loaded from /usr/lib/wsl/lib.",
        CUresult.CUDA_ERROR_NOT_FOUND => "No such name in the module: a kernel of C++ needs extern \"C\" to keep its name.",
        CUresult.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES => "The kernel needs more registers for this block size than the device has: use smaller blocks.",
        CUresult.CUDA_ERROR_NOT_PERMITTED => "CUDA may not be called from a host function.",
        CUresult.CUDA_ERROR_SYSTEM_NOT_READY => "The driver is not ready; on systems with NVSwitch, the fabric manager must run.",
        CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH => "The driver's library and its kernel module are of different versions: restart after an update, and do not bring libcuda into the container's image.",
        CUresult.CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE => "The forward-compatibility package does not support this GPU: take it from the loader's path.",
        CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED => "This may not be called while a stream captures; the capture is over.",
        CUresult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED => "A stream that took part in the capture was not joined back by an event.",
        CUresult.CUDA_ERROR_STREAM_CAPTURE_ISOLATION => "The captured work waits for work outside the capture.",
        CUresult.CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD => "A capture is ended on the thread that began it.",
        CUresult.CUDA_ERROR_UNKNOWN => "Often the kernel module of the driver is not loaded: see `nvidia-smi` and the system's log.",
        _ => null,
    };
}

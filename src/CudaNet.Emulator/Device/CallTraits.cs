using System.Collections.Frozen;

namespace CudaNet.Emulator.Device;

/// <summary>The functions that differ from the rule: a driver call needs cuInit and a current context, and answers the context's fault.</summary>
internal static class CallTraits
{
    private const CallTrait Free = CallTrait.Always | CallTrait.NoContext | CallTrait.IgnoresFault;
    private const CallTrait Host = CallTrait.NoContext | CallTrait.IgnoresFault;

    private static readonly FrozenDictionary<string, CallTrait> ByName = new Dictionary<string, CallTrait>
    {
        ["cuDriverGetVersion"] = Free,
        ["cuGetErrorName"] = Free,
        ["cuGetErrorString"] = Free,
        ["cuGetProcAddress"] = Free,
        ["cuGetProcAddress_v2"] = Free,
        ["cuInit"] = Host,

        ["cuCtxGetCurrent"] = Host,
        ["cuCtxSetCurrent"] = Host,
        ["cuCtxPushCurrent_v2"] = Host,
        ["cuCtxPopCurrent_v2"] = Host,
        ["cuCtxGetDevice"] = CallTrait.IgnoresFault,
        ["cuCtxGetDevice_v2"] = Host,
        ["cuCtxGetApiVersion"] = Host,
        ["cuCtxSynchronize_v2"] = Host,
        ["cuCtxCreate_v2"] = Host,
        ["cuCtxCreate_v3"] = Host,
        ["cuCtxCreate_v4"] = Host,
        ["cuCtxDestroy_v2"] = CallTrait.NoContext | CallTrait.Releases,
        ["cuCtxSetLimit"] = CallTrait.UnsafeInCapture,
        ["cuThreadExchangeStreamCaptureMode"] = Host,
        ["cuProfilerStart"] = Host,
        ["cuProfilerStop"] = Host,
        ["cuProfilerInitialize"] = Host,

        ["cuMemAlloc_v2"] = CallTrait.Allocates | CallTrait.UnsafeInCapture,
        ["cuMemAllocPitch_v2"] = CallTrait.Allocates | CallTrait.UnsafeInCapture,
        ["cuMemAllocManaged"] = CallTrait.Allocates | CallTrait.UnsafeInCapture,
        ["cuMemAllocHost_v2"] = CallTrait.Allocates | CallTrait.UnsafeInCapture,
        ["cuMemHostAlloc"] = CallTrait.Allocates | CallTrait.UnsafeInCapture,
        ["cuMemHostRegister_v2"] = CallTrait.Allocates | CallTrait.UnsafeInCapture,
        ["cuMemAllocAsync"] = CallTrait.Allocates,
        ["cuMemAllocFromPoolAsync"] = CallTrait.Allocates,
        ["cuMemFree_v2"] = CallTrait.NoContext | CallTrait.Releases | CallTrait.UnsafeInCapture,
        ["cuMemFreeHost"] = CallTrait.NoContext | CallTrait.Releases | CallTrait.UnsafeInCapture,
        ["cuMemHostUnregister"] = CallTrait.Releases | CallTrait.UnsafeInCapture,
        ["cuMemFreeAsync"] = CallTrait.Releases,
        ["cuMemPoolDestroy"] = CallTrait.Releases,
        ["cuPointerGetAttribute"] = CallTrait.NoContext,
        ["cuPointerGetAttributes"] = CallTrait.NoContext,

        ["cuStreamDestroy_v2"] = CallTrait.Releases,
        ["cuStreamDestroy"] = CallTrait.Releases,
        ["cuEventDestroy_v2"] = CallTrait.Releases,
        ["cuGraphDestroy"] = CallTrait.Releases,
        ["cuGraphExecDestroy"] = CallTrait.Releases | CallTrait.UnsafeInCapture,
        ["cuModuleUnload"] = CallTrait.Releases | CallTrait.UnsafeInCapture,
        ["cuModuleLoad"] = CallTrait.UnsafeInCapture,
        ["cuModuleLoadData"] = CallTrait.UnsafeInCapture,
        ["cuModuleLoadDataEx"] = CallTrait.UnsafeInCapture,
        ["cuModuleLoadFatBinary"] = CallTrait.UnsafeInCapture,
        ["cuModuleGetLoadingMode"] = Host,
        ["cuLibraryLoadData"] = CallTrait.NoContext | CallTrait.UnsafeInCapture,
        ["cuLibraryGetKernel"] = CallTrait.NoContext,
        ["cuLibraryUnload"] = CallTrait.NoContext | CallTrait.Releases | CallTrait.UnsafeInCapture,
        ["cuLinkDestroy"] = CallTrait.Releases,

        ["cudnnCreate"] = CallTrait.UnsafeInCapture,
        ["cudnnDestroy"] = CallTrait.UnsafeInCapture,
        ["cudnnFindConvolutionForwardAlgorithm"] = CallTrait.UnsafeInCapture,
        ["cudnnFindConvolutionForwardAlgorithmEx"] = CallTrait.UnsafeInCapture,
        ["cublasCreate_v2"] = CallTrait.UnsafeInCapture,
        ["cublasDestroy_v2"] = CallTrait.UnsafeInCapture,
        ["cublasLtCreate"] = CallTrait.UnsafeInCapture,
        ["cublasLtDestroy"] = CallTrait.UnsafeInCapture,
    }.ToFrozenDictionary();

    public static CallTrait Of(string name)
    {
        if (ByName.TryGetValue(name, out CallTrait trait))
        {
            return IsDriver(name) ? trait : trait | Host;
        }

        return !IsDriver(name) || name.StartsWith("cuDevice", StringComparison.Ordinal) ? Host : CallTrait.None;
    }

    /// <summary>Whether the driver exports the name; cuBLAS and cuDNN have lower case behind their <c>cu</c>.</summary>
    public static bool IsDriver(string name) => name.StartsWith("cu", StringComparison.Ordinal) && name.Length > 2 && char.IsUpper(name[2]);
}

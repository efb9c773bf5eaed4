using CudaNet.Emulator.Cudnn;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnStatus_t;

namespace CudaNet.Emulator.Exports;

/// <summary>The graph API: its descriptors can be made and destroyed, and nothing can be built of them.</summary>
internal static unsafe partial class CudnnExports
{
    public static cudnnStatus_t cudnnBackendCreateDescriptor(int descriptorType, nint* descriptor)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnBackendCreateDescriptor));
        int last = CudnnCall.Generation >= 9 ? 43 : 33;
        return call.Answer(call.Refused ?? (descriptor == null ? CudnnAnswer.Crash("descriptor == NULL")
            : descriptorType < 0 || descriptorType > last || descriptorType == 6 ? new CudnnAnswer(CUDNN_STATUS_ALLOC_FAILED, "no such descriptor type")
            : call.Create<BackendDescriptor>(descriptor)));
    }

    public static cudnnStatus_t cudnnBackendDestroyDescriptor(nint descriptor)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnBackendDestroyDescriptor));
        return call.Answer(RefuseNull(descriptor) ?? call.Destroy<BackendDescriptor>(descriptor));
    }

    public static cudnnStatus_t cudnnBackendSetAttribute(nint descriptor, int attributeName, int attributeType, long elementCount, void* arrayOfElements) =>
        OfBackend(nameof(cudnnBackendSetAttribute), descriptor);

    public static cudnnStatus_t cudnnBackendGetAttribute(
        nint descriptor, int attributeName, int attributeType, long requestedElementCount, long* elementCount, void* arrayOfElements) =>
        OfBackend(nameof(cudnnBackendGetAttribute), descriptor);

    public static cudnnStatus_t cudnnBackendFinalize(nint descriptor) => OfBackend(nameof(cudnnBackendFinalize), descriptor);

    public static cudnnStatus_t cudnnBackendExecute(nint handle, nint executionPlan, nint variantPack) => OfHandle(nameof(cudnnBackendExecute), handle);

    public static cudnnStatus_t cudnnBackendPopulateCudaGraph(nint handle, nint executionPlan, nint variantPack, nint graph) =>
        OfHandle(nameof(cudnnBackendPopulateCudaGraph), handle);

    private static CudnnAnswer? RefuseNull(nint descriptor) =>
        descriptor == 0 ? new CudnnAnswer(CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "descriptor == NULL") : null;

    private static cudnnStatus_t OfBackend(string name, nint descriptor)
    {
        using CudnnCall call = CudnnCall.Enter(name);
        return call.Answer(call.Refused ?? RefuseNull(descriptor) ?? Unimplemented.Answer(name, CudnnAnswer.NotSupported($"{name} is not emulated")));
    }

    private static cudnnStatus_t OfHandle(string name, nint handle)
    {
        using CudnnCall call = CudnnCall.Enter(name, handle);
        return Missing(call, handle);
    }
}

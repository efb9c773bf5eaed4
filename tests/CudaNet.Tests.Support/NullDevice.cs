using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Tests.Support;

/// <summary>
/// NVIDIA's libraries as functions that answer success and do nothing, not even count: what is left of a pass on it is the engine's own work on the host. Its
/// one device has compute capability 8.0; host memory is real, results are whatever was there.
/// </summary>
public static unsafe class NullDevice
{
    private const nint TheContext = 1;

    private static long _handles;

    private static readonly Dictionary<string, nint> Answers = new()
    {
        ["cuDriverGetVersion"] = (nint)(delegate* unmanaged<int*, int>)&DriverVersion,
        ["cuDeviceGetCount"] = (nint)(delegate* unmanaged<int*, int>)&One,
        ["cuDeviceGet"] = (nint)(delegate* unmanaged<int*, int, int>)&Device,
        ["cuDeviceGetName"] = (nint)(delegate* unmanaged<byte*, int, int, int>)&Name,
        ["cuDeviceGetAttribute"] = (nint)(delegate* unmanaged<int*, int, int, int>)&Attribute,
        ["cuDevicePrimaryCtxRetain"] = (nint)(delegate* unmanaged<nint*, int, int>)&Context,
        ["cuStreamGetCtx"] = (nint)(delegate* unmanaged<nint, nint*, int>)&ContextOf,
        ["cuMemAlloc_v2"] = (nint)(delegate* unmanaged<nint*, int>)&First,
        ["cuMemGetAddressRange_v2"] = (nint)(delegate* unmanaged<ulong*, nuint*, ulong, int>)&AddressRange,
        ["cuPointerGetAttribute"] = (nint)(delegate* unmanaged<void*, int, ulong, int>)&PointerAttribute,
        ["cuMemHostAlloc"] = (nint)(delegate* unmanaged<void**, nuint, uint, int>)&HostAlloc,
        ["cuMemFreeHost"] = (nint)(delegate* unmanaged<void*, int>)&FreeHost,
        ["cuStreamCreate"] = (nint)(delegate* unmanaged<nint*, int>)&First,
        ["cuEventCreate"] = (nint)(delegate* unmanaged<nint*, int>)&First,
        ["cuModuleLoadDataEx"] = (nint)(delegate* unmanaged<nint*, int>)&First,
        ["cuModuleGetFunction"] = (nint)(delegate* unmanaged<nint*, int>)&First,
        ["cuGraphGetNodes"] = (nint)(delegate* unmanaged<nint, nint*, nuint*, int>)&Nodes,
        ["cudnnGetConvolutionForwardAlgorithmMaxCount"] = (nint)(delegate* unmanaged<nint, int*, int>)&MaxAlgorithms,
        ["cudnnGetConvolutionForwardAlgorithm_v7"] = (nint)(delegate* unmanaged<nint, nint, nint, nint, nint, int, int*, int>)&NoAlgorithms,
        ["cudnnGetConvolutionForwardWorkspaceSize"] = (nint)(delegate* unmanaged<nint, nint, nint, nint, nint, int, nuint*, int>)&Workspace,
        ["cudnnGetVersion"] = (nint)(delegate* unmanaged<nuint>)&CudnnVersion,
    };

    /// <summary>The libraries; as many as one likes.</summary>
    public static CudaLibraries Load() => CudaLibraries.From(new Exports(), new Exports(), new Exports(), new Exports());

    [UnmanagedCallersOnly]
    private static int Success() => 0;

    /// <summary>Another handle, or another address, each time.</summary>
    [UnmanagedCallersOnly]
    private static int First(nint* result)
    {
        *result = (nint)Interlocked.Add(ref _handles, 1 << 20);
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Context(nint* context, int device)
    {
        *context = TheContext;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int ContextOf(nint stream, nint* context)
    {
        *context = TheContext;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int DriverVersion(int* version)
    {
        *version = 13000;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int One(int* count)
    {
        *count = 1;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Device(int* device, int ordinal)
    {
        *device = ordinal;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Name(byte* name, int length, int device)
    {
        "null\0"u8.CopyTo(new Span<byte>(name, length));
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Attribute(int* value, int attribute, int device)
    {
        *value = (CUdevice_attribute)attribute switch
        {
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR => 8,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR => 0,
            _ => 1024,
        };
        return 0;
    }

    /// <summary>Whatever is asked for begins an allocation that is long enough.</summary>
    [UnmanagedCallersOnly]
    private static int AddressRange(ulong* start, nuint* length, ulong address)
    {
        (*start, *length) = (address, 1 << 30);
        return 0;
    }

    /// <summary>Memory of the device; nothing else is known of it.</summary>
    [UnmanagedCallersOnly]
    private static int PointerAttribute(void* value, int attribute, ulong address)
    {
        if ((CUpointer_attribute)attribute != CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE)
        {
            return (int)CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        *(uint*)value = (uint)CUmemorytype.CU_MEMORYTYPE_DEVICE;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int HostAlloc(void** memory, nuint bytes, uint flags)
    {
        *memory = NativeMemory.AllocZeroed(bytes);
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int FreeHost(void* memory)
    {
        NativeMemory.Free(memory);
        return 0;
    }

    /// <summary>As many as anybody queued.</summary>
    [UnmanagedCallersOnly]
    private static int Nodes(nint graph, nint* nodes, nuint* count)
    {
        *count = 1 << 20;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int MaxAlgorithms(nint handle, int* count)
    {
        *count = 10;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int NoAlgorithms(nint handle, nint x, nint w, nint convolution, nint y, int asked, int* count)
    {
        *count = 0;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Workspace(nint handle, nint x, nint w, nint convolution, nint y, int algorithm, nuint* bytes)
    {
        *bytes = 0;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static nuint CudnnVersion() => 91900;

    private sealed class Exports : IExportSource
    {
        public string Name => "the null device";

        /// <summary>What no one reads the answer of is the same function, whatever it is given: C's callers take their arguments away themselves.</summary>
        public nint Find(string export) => export is "cuFuncGetParamInfo" or "cuFuncLoad" or "cudnnGetLastErrorString" ? 0
            : Answers.TryGetValue(export, out nint answer) ? answer
            : (nint)(delegate* unmanaged<int>)&Success;
    }
}

using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>A copy of a rectangle: 128 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CUDA_MEMCPY2D
{
    public nuint srcXInBytes;
    public nuint srcY;
    public CUmemorytype srcMemoryType;
    public nint srcHost;
    public ulong srcDevice;
    public nint srcArray;
    public nuint srcPitch;
    public nuint dstXInBytes;
    public nuint dstY;
    public CUmemorytype dstMemoryType;
    public nint dstHost;
    public ulong dstDevice;
    public nint dstArray;
    public nuint dstPitch;
    public nuint WidthInBytes;
    public nuint Height;

    /// <summary>Where the first row comes from, and the bytes from row to row; null where they make no sense.</summary>
    public readonly (ulong Address, ulong Pitch)? Source => End(srcMemoryType, srcHost, srcDevice, srcXInBytes, srcY, srcPitch);

    /// <summary>Where the first row goes, and the bytes from row to row; null where they make no sense.</summary>
    public readonly (ulong Address, ulong Pitch)? Destination => End(dstMemoryType, dstHost, dstDevice, dstXInBytes, dstY, dstPitch);

    private readonly (ulong Address, ulong Pitch)? End(CUmemorytype type, nint host, ulong device, nuint x, nuint y, nuint pitch)
    {
        ulong start = type == CUmemorytype.CU_MEMORYTYPE_HOST ? (ulong)host : device;
        UInt128 distance = pitch == 0 ? (UInt128)x + WidthInBytes : pitch;
        UInt128 first = start + (y * distance) + x;
        UInt128 end = first + (Height * distance) + WidthInBytes;
        bool isRight = start != 0 && (Height <= 1 || pitch >= (UInt128)x + WidthInBytes) && end <= long.MaxValue
            && type is CUmemorytype.CU_MEMORYTYPE_HOST or CUmemorytype.CU_MEMORYTYPE_DEVICE or CUmemorytype.CU_MEMORYTYPE_UNIFIED;
        return isRight ? ((ulong)first, (ulong)distance) : null;
    }
}

/// <summary>The same before CUDA 3.2, with addresses and sizes of 32 bits: 96 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CUDA_MEMCPY2D_v1
{
    public uint srcXInBytes;
    public uint srcY;
    public CUmemorytype srcMemoryType;
    public nint srcHost;
    public uint srcDevice;
    public nint srcArray;
    public uint srcPitch;
    public uint dstXInBytes;
    public uint dstY;
    public CUmemorytype dstMemoryType;
    public nint dstHost;
    public uint dstDevice;
    public nint dstArray;
    public uint dstPitch;
    public uint WidthInBytes;
    public uint Height;

    public readonly CUDA_MEMCPY2D Widened => new()
    {
        srcXInBytes = srcXInBytes,
        srcY = srcY,
        srcMemoryType = srcMemoryType,
        srcHost = srcHost,
        srcDevice = srcDevice,
        srcArray = srcArray,
        srcPitch = srcPitch,
        dstXInBytes = dstXInBytes,
        dstY = dstY,
        dstMemoryType = dstMemoryType,
        dstHost = dstHost,
        dstDevice = dstDevice,
        dstArray = dstArray,
        dstPitch = dstPitch,
        WidthInBytes = WidthInBytes,
        Height = Height,
    };
}

/// <summary>How two devices reach each other.</summary>
internal enum CUdevice_P2PAttribute
{
    CU_DEVICE_P2P_ATTRIBUTE_PERFORMANCE_RANK = 1,
    CU_DEVICE_P2P_ATTRIBUTE_ACCESS_SUPPORTED = 2,
    CU_DEVICE_P2P_ATTRIBUTE_NATIVE_ATOMIC_SUPPORTED = 3,
    CU_DEVICE_P2P_ATTRIBUTE_CUDA_ARRAY_ACCESS_SUPPORTED = 4,
    CU_DEVICE_P2P_ATTRIBUTE_ONLY_PARTIAL_NATIVE_ATOMIC_SUPPORTED = 5,
}

/// <summary>A launch with attributes: 56 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CUlaunchConfig
{
    public uint gridDimX;
    public uint gridDimY;
    public uint gridDimZ;
    public uint blockDimX;
    public uint blockDimY;
    public uint blockDimZ;
    public uint sharedMemBytes;
    public nint hStream;
    public CUlaunchAttribute* attrs;
    public uint numAttrs;
}

/// <summary>An attribute of a launch: 72 bytes, the value a union.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal struct CUlaunchAttribute
{
    [FieldOffset(0)]
    public CUlaunchAttributeID id;
    [FieldOffset(8)]
    public int value;
    [FieldOffset(8)]
    public uint clusterX;
    [FieldOffset(12)]
    public uint clusterY;
    [FieldOffset(16)]
    public uint clusterZ;
}

/// <summary>The attributes of a launch that the emulator reads; it passes over the others, which only hint.</summary>
internal enum CUlaunchAttributeID
{
    CU_LAUNCH_ATTRIBUTE_IGNORE = 0,
    CU_LAUNCH_ATTRIBUTE_COOPERATIVE = 2,
    CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION = 4,
}

/// <summary>How a graph is instantiated, and how that went: 32 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CUDA_GRAPH_INSTANTIATE_PARAMS
{
    public ulong flags;
    public nint hUploadStream;
    public nint hErrNode_out;
    public CUgraphInstantiateResult result_out;
}

/// <summary>How an instantiation went.</summary>
internal enum CUgraphInstantiateResult
{
    CUDA_GRAPH_INSTANTIATE_SUCCESS = 0,
    CUDA_GRAPH_INSTANTIATE_ERROR = 1,
}

/// <summary>What a pool is made of: 88 bytes, the last ones reserved and zero.</summary>
[StructLayout(LayoutKind.Explicit, Size = 88)]
internal struct CUmemPoolProps
{
    [FieldOffset(0)]
    public int allocType;
    [FieldOffset(4)]
    public int handleTypes;
    [FieldOffset(8)]
    public int locationType;
    [FieldOffset(12)]
    public int locationId;
    [FieldOffset(24)]
    public nuint maxSize;
}

/// <summary>Attributes of a pool.</summary>
internal enum CUmemPool_attribute
{
    CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES = 1,
    CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC = 2,
    CU_MEMPOOL_ATTR_REUSE_ALLOW_INTERNAL_DEPENDENCIES = 3,
    CU_MEMPOOL_ATTR_RELEASE_THRESHOLD = 4,
    CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT = 5,
    CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH = 6,
    CU_MEMPOOL_ATTR_USED_MEM_CURRENT = 7,
    CU_MEMPOOL_ATTR_USED_MEM_HIGH = 8,
}

/// <summary>How <c>cuGetProcAddress_v2</c> found a name.</summary>
internal enum CUdriverProcAddressQueryResult
{
    CU_GET_PROC_ADDRESS_SUCCESS = 0,
    CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND = 1,
    CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT = 2,
}

using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>The attributes of an emulated device: those that programs size their work by from its profile, features it lacks 0.</summary>
internal static class DeviceAttributes
{
    /// <summary>Attributes that the project's own tables do not name.</summary>
    private const CUdevice_attribute MaxPitch = (CUdevice_attribute)11;
    private const CUdevice_attribute TextureAlignment = (CUdevice_attribute)14;
    private const CUdevice_attribute GpuOverlap = (CUdevice_attribute)15;
    private const CUdevice_attribute SingleToDoubleRatio = (CUdevice_attribute)87;
    private const CUdevice_attribute HostPointerForRegistered = (CUdevice_attribute)91;
    private const CUdevice_attribute HostRegisterSupported = (CUdevice_attribute)99;

    /// <summary>The last attribute that a driver of CUDA 13.0 knows.</summary>
    private const int Last = 147;

    /// <summary>The value; null where there is no such attribute.</summary>
    public static int? Of(EmulatedDevice device, CUdevice_attribute attribute)
    {
        EmulatedDeviceProfile profile = device.Profile;
        return attribute switch
        {
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK or
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X or
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y => 1024,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z => 64,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X or MaxPitch => int.MaxValue,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y or
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z => 65535,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK => profile.SharedBytesPerBlock,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY => 65536,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_WARP_SIZE => 32,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK or
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR => profile.Registers,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CLOCK_RATE => 1_000_000,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE => 1_000_000,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH => 256,
            TextureAlignment => 512,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT => profile.Multiprocessors,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE => profile.L2Bytes,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR => profile.ThreadsPerMultiprocessor,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT => 2,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_PCI_BUS_ID => device.Ordinal + 1,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR => profile.Major,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR => profile.Minor,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR => profile.SharedBytesPerMultiprocessor,
            SingleToDoubleRatio => 32,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN => profile.SharedBytesPerBlockOptIn,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR => profile.BlocksPerMultiprocessor,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_RESERVED_SHARED_MEMORY_PER_BLOCK => profile.ReservedSharedBytesPerBlock,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED => profile.HasMemoryPools ? 1 : 0,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY or
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS or
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING or
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_STREAM_PRIORITIES_SUPPORTED or
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH or
            GpuOverlap or HostPointerForRegistered or HostRegisterSupported => 1,
            > 0 and <= (CUdevice_attribute)Last => 0,
            _ => null,
        };
    }
}

using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGet))]
    public static CUresult cuDeviceGet(int* device, int ordinal) => Unimplemented.Answer(nameof(cuDeviceGet));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetCount))]
    public static CUresult cuDeviceGetCount(int* count) => Unimplemented.Answer(nameof(cuDeviceGetCount));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetName))]
    public static CUresult cuDeviceGetName(byte* name, int len, int dev) => Unimplemented.Answer(nameof(cuDeviceGetName));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetUuid))]
    public static CUresult cuDeviceGetUuid(CUuuid* uuid, int dev) => Unimplemented.Answer(nameof(cuDeviceGetUuid));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetUuid_v2))]
    public static CUresult cuDeviceGetUuid_v2(CUuuid* uuid, int dev) => Unimplemented.Answer(nameof(cuDeviceGetUuid_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceTotalMem))]
    public static CUresult cuDeviceTotalMem(uint* bytes, int dev) => Unimplemented.Answer(nameof(cuDeviceTotalMem));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceTotalMem_v2))]
    public static CUresult cuDeviceTotalMem_v2(nuint* bytes, int dev) => Unimplemented.Answer(nameof(cuDeviceTotalMem_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetAttribute))]
    public static CUresult cuDeviceGetAttribute(int* pi, CUdevice_attribute attrib, int dev) => Unimplemented.Answer(nameof(cuDeviceGetAttribute));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceGetPCIBusId))]
    public static CUresult cuDeviceGetPCIBusId(byte* pciBusId, int len, int dev) => Unimplemented.Answer(nameof(cuDeviceGetPCIBusId));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuDeviceCanAccessPeer))]
    public static CUresult cuDeviceCanAccessPeer(int* canAccessPeer, int dev, int peerDev) => Unimplemented.Answer(nameof(cuDeviceCanAccessPeer));
}

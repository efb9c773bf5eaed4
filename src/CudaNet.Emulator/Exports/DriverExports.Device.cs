using System.Text;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuDeviceGetCount(int* count)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDeviceGetCount));
        if (call.Refuse(invalid: count == null) is { } refused)
        {
            return refused;
        }

        *count = call.Machine.Devices.Count;
        return CUDA_SUCCESS;
    }

    public static CUresult cuDeviceGet(int* device, int ordinal)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDeviceGet));
        if (call.Refuse(invalid: device == null) is { } refused)
        {
            return refused;
        }

        if (Device(call, ordinal) is null)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        *device = ordinal;
        return CUDA_SUCCESS;
    }

    public static CUresult cuDeviceGetName(byte* name, int len, int dev)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDeviceGetName));
        if (call.Refuse(invalid: name == null || len <= 0) is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        WriteText(device.Profile.Name, name, len);
        return CUDA_SUCCESS;
    }

    public static CUresult cuDeviceGetUuid(CUuuid* uuid, int dev) => Uuid(nameof(cuDeviceGetUuid), uuid, dev);

    public static CUresult cuDeviceGetUuid_v2(CUuuid* uuid, int dev) => Uuid(nameof(cuDeviceGetUuid_v2), uuid, dev);

    public static CUresult cuDeviceComputeCapability(int* major, int* minor, int dev)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDeviceComputeCapability));
        if (call.Refuse(invalid: major == null || minor == null) is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        *major = device.Profile.Major;
        *minor = device.Profile.Minor;
        return CUDA_SUCCESS;
    }

    public static CUresult cuDeviceTotalMem(uint* bytes, int dev)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDeviceTotalMem));
        if (call.Refuse(invalid: bytes == null) is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        *bytes = (uint)Math.Min(uint.MaxValue, device.Profile.MemoryBytes);
        return CUDA_SUCCESS;
    }

    public static CUresult cuDeviceTotalMem_v2(nuint* bytes, int dev)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDeviceTotalMem_v2));
        if (call.Refuse(invalid: bytes == null) is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        *bytes = (nuint)device.Profile.MemoryBytes;
        return CUDA_SUCCESS;
    }

    public static CUresult cuDeviceGetAttribute(int* pi, CUdevice_attribute attrib, int dev)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDeviceGetAttribute));
        if (call.Refuse(invalid: pi == null) is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        if (DeviceAttributes.Of(device, attrib) is not { } value)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        *pi = value;
        return CUDA_SUCCESS;
    }

    public static CUresult cuDeviceGetPCIBusId(byte* pciBusId, int len, int dev)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDeviceGetPCIBusId));
        if (call.Refuse(invalid: pciBusId == null || len < 13) is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        WriteText($"0000:{device.Ordinal + 1:X2}:00.0", pciBusId, len);
        return CUDA_SUCCESS;
    }

    public static CUresult cuDeviceCanAccessPeer(int* canAccessPeer, int dev, int peerDev)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuDeviceCanAccessPeer));
        if (call.Refuse(invalid: canAccessPeer == null) is { } refused)
        {
            return refused;
        }

        if (Device(call, dev) is null || Device(call, peerDev) is null)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        *canAccessPeer = 0;
        return CUDA_SUCCESS;
    }

    private static EmulatedDevice? Device(NativeCall call, int ordinal) =>
        (uint)ordinal < (uint)call.Machine.Devices.Count ? call.Machine.Devices[ordinal] : null;

    private static CUresult Uuid(string name, CUuuid* uuid, int ordinal)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (uuid == null)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        if (Device(call, ordinal) is not { } device)
        {
            return CUDA_ERROR_INVALID_DEVICE;
        }

        Span<byte> bytes = *uuid;
        bytes.Clear();
        "CudaNet"u8.CopyTo(bytes);
        bytes[^1] = (byte)device.Ordinal;
        return CUDA_SUCCESS;
    }

    /// <summary>Writes a text that a zero ends, cut to the room there is.</summary>
    private static void WriteText(string text, byte* target, int capacity)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(bytes.Length, capacity - 1);
        bytes.AsSpan(0, length).CopyTo(new Span<byte>(target, length));
        target[length] = 0;
    }
}

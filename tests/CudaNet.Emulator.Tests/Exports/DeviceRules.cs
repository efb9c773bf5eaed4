using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>What the driver tells of devices.</summary>
public sealed unsafe class DeviceRules
{
    [Fact]
    public void Devices_are_counted_and_found_by_ordinal()
    {
        using var host = new DriverHost(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Hopper, EmulatedDeviceProfile.Turing] });
        int number;
        DriverHost.Ok(host.Api.cuDeviceGetCount(&number));
        Assert.Equal(2, number);
        DriverHost.Ok(host.Api.cuDeviceGet(&number, 1));
        Assert.Equal(1, number);
        Assert.Equal(CUDA_ERROR_INVALID_DEVICE, host.Api.cuDeviceGet(&number, 2));
        Assert.Equal(CUDA_ERROR_INVALID_DEVICE, host.Api.cuDeviceGet(&number, -1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuDeviceGet(null, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuDeviceGetCount(null));
    }

    [Fact]
    public void A_name_is_cut_to_the_room_there_is()
    {
        using var host = new DriverHost();
        byte* name = stackalloc byte[64];
        DriverHost.Ok(host.Api.cuDeviceGetName(name, 64, 0));
        Assert.Equal(EmulatedDeviceProfile.Ampere.Name, Marshal.PtrToStringUTF8((nint)name));
        DriverHost.Ok(host.Api.cuDeviceGetName(name, 5, 0));
        Assert.Equal(EmulatedDeviceProfile.Ampere.Name[..4], Marshal.PtrToStringUTF8((nint)name));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuDeviceGetName(name, 0, 0));
    }

    [Fact]
    public void A_bus_id_needs_thirteen_bytes()
    {
        using var host = new DriverHost();
        byte* name = stackalloc byte[16];
        DriverHost.Ok(host.Api.cuDeviceGetPCIBusId(name, 13, 0));
        Assert.Equal("0000:01:00.0", Marshal.PtrToStringUTF8((nint)name));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuDeviceGetPCIBusId(name, 12, 0));
    }

    [Fact]
    public void Devices_have_different_identities_and_both_forms_agree()
    {
        using var host = new DriverHost(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Ampere] });
        CUuuid first, second, again;
        DriverHost.Ok(host.Api.cuDeviceGetUuid_v2(&first, 0));
        DriverHost.Ok(host.Api.cuDeviceGetUuid_v2(&second, 1));
        DriverHost.Ok(host.Api.cuDeviceGetUuid(&again, 0));
        ReadOnlySpan<byte> bytes = first;
        Assert.False(bytes.SequenceEqual(second));
        Assert.True(bytes.SequenceEqual(again));
    }

    [Theory]
    [InlineData(1, 1024)]
    [InlineData(4, 64)]
    [InlineData(5, int.MaxValue)]
    [InlineData(6, 65535)]
    [InlineData(10, 32)]
    [InlineData(75, 8)]
    [InlineData(76, 0)]
    [InlineData(115, 1)]
    [InlineData(97, 163 << 10)]
    public void Attributes_are_the_profile_s(int attribute, int expected)
    {
        using var host = new DriverHost();
        int value;
        DriverHost.Ok(host.Api.cuDeviceGetAttribute(&value, (CUdevice_attribute)attribute, 0));
        Assert.Equal(expected, value);
    }

    [Fact]
    public void An_attribute_that_there_is_not_is_invalid()
    {
        using var host = new DriverHost();
        int value;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuDeviceGetAttribute(&value, (CUdevice_attribute)0, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuDeviceGetAttribute(&value, (CUdevice_attribute)10000, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuDeviceGetAttribute(null, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_WARP_SIZE, 0));
        Assert.Equal(CUDA_ERROR_INVALID_DEVICE, host.Api.cuDeviceGetAttribute(&value, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_WARP_SIZE, 3));
    }
}

using CudaNet.Emulator.Exports;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>What programs ask or set when they start: preferences of a context, the compute capability, how devices reach each other.</summary>
public sealed unsafe class PreferenceRules
{
    [Fact]
    public void Preferences_of_a_context_are_kept_and_those_that_do_not_exist_refused()
    {
        using var host = new DriverHost();
        int cache, banks;
        DriverHost.Ok(host.Api.cuCtxGetCacheConfig(&cache));
        DriverHost.Ok(host.Api.cuCtxGetSharedMemConfig(&banks));
        Assert.Equal((0, 1), (cache, banks));
        DriverHost.Ok(host.Api.cuCtxSetCacheConfig(3));
        DriverHost.Ok(host.Api.cuCtxSetSharedMemConfig(2));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuCtxSetCacheConfig(4));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuCtxSetSharedMemConfig(3));
        DriverHost.Ok(host.Api.cuCtxGetCacheConfig(&cache));
        DriverHost.Ok(host.Api.cuCtxGetSharedMemConfig(&banks));
        Assert.Equal((3, 2), (cache, banks));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuCtxGetCacheConfig(null));
    }

    [Fact]
    public void The_compute_capability_is_the_profile_s()
    {
        using var host = new DriverHost(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Turing] });
        int major, minor;
        DriverHost.Ok(host.Api.cuDeviceComputeCapability(&major, &minor, 0));
        Assert.Equal((7, 5), (major, minor));
        Assert.Equal(CUDA_ERROR_INVALID_DEVICE, host.Api.cuDeviceComputeCapability(&major, &minor, 1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuDeviceComputeCapability(&major, null, 0));
    }

    [Fact]
    public void No_device_reaches_another_one_s_memory()
    {
        using var host = new DriverHost(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Hopper] });
        int value = 5;
        foreach (CUdevice_P2PAttribute attribute in Enum.GetValues<CUdevice_P2PAttribute>())
        {
            DriverHost.Ok(host.Api.cuDeviceGetP2PAttribute(&value, attribute, 0, 1));
            Assert.Equal(0, value);
        }

        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuDeviceGetP2PAttribute(&value, 0, 0, 1));
        Assert.Equal(CUDA_ERROR_INVALID_DEVICE, host.Api.cuDeviceGetP2PAttribute(&value, CUdevice_P2PAttribute.CU_DEVICE_P2P_ATTRIBUTE_ACCESS_SUPPORTED, 1, 1));
        nint other;
        DriverHost.Ok(host.Api.cuDevicePrimaryCtxRetain(&other, 1));
        Assert.Equal(CUDA_ERROR_PEER_ACCESS_UNSUPPORTED, host.Api.cuCtxEnablePeerAccess(other, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuCtxEnablePeerAccess(other, 1));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuCtxEnablePeerAccess(host.Context, 0));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuCtxEnablePeerAccess(12345, 0));
        Assert.Equal(CUDA_ERROR_PEER_ACCESS_NOT_ENABLED, host.Api.cuCtxDisablePeerAccess(other));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuCtxDisablePeerAccess(0));
    }
}

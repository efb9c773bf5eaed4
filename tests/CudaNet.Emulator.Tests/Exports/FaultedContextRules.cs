using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>One rule: a fault is its context's, until that is destroyed; a lost device is lost to all of its contexts.</summary>
public sealed unsafe class FaultedContextRules
{
    [Theory]
    [InlineData(700, 2)]
    [InlineData(719, 2)]
    [InlineData(710, 0)]
    public void Other_contexts_older_and_newer_go_on_and_new_ones_are_named(int fault, int named)
    {
        using var host = new DriverHost(new EmulatorOptions { Faults = [FaultInjection.OfOperation(1, fault)] }, isReady: false);
        DriverHost.Ok(host.Api.cuInit(0));
        nint older = Create(host);
        ulong kept = host.Allocate(16);
        nint faulted = Create(host);
        DriverHost.Ok(host.Api.cuMemsetD32Async(host.Allocate(16), 1, 4, 0));
        Assert.Equal((CUresult)fault, host.Api.cuCtxSynchronize());

        nint beside = Create(host);
        Works(host);
        DriverHost.Ok(host.Api.cuCtxSetCurrent(older));
        Works(host);
        DriverHost.Ok(host.Api.cuMemFree_v2(kept));
        DriverHost.Ok(host.Api.cuCtxSetCurrent(faulted));
        Assert.Equal((CUresult)fault, host.Api.cuCtxSynchronize());

        DriverHost.Ok(host.Api.cuCtxSetCurrent(older));
        Assert.Equal((CUresult)fault, host.Api.cuCtxDestroy_v2(faulted));
        nint after = Create(host);
        Works(host);
        foreach (nint context in (nint[])[after, beside, older])
        {
            DriverHost.Ok(host.Api.cuCtxDestroy_v2(context));
        }

        Assert.Equal(named, host.Machine.Findings.Count(finding => finding.Kind == FindingKind.Recovery));
    }

    [Fact]
    public void A_primary_context_is_whole_again_after_its_last_release()
    {
        using var host = new DriverHost(new EmulatorOptions { Faults = [FaultInjection.OfOperation(1, 700)] });
        DriverHost.Ok(host.Api.cuMemsetD32Async(host.Allocate(16), 1, 4, 0));
        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, host.Api.cuCtxSynchronize());
        nint again;
        DriverHost.Ok(host.Api.cuDevicePrimaryCtxRetain(&again, 0));
        Assert.Equal(host.Context, again);
        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, host.Api.cuCtxSynchronize());
        DriverHost.Ok(host.Api.cuDevicePrimaryCtxRelease_v2(0));
        DriverHost.Ok(host.Api.cuDevicePrimaryCtxRelease_v2(0));
        DriverHost.Ok(host.Api.cuDevicePrimaryCtxRetain(&again, 0));
        DriverHost.Ok(host.Api.cuCtxSetCurrent(again));
        Works(host);
        Assert.Contains(host.Machine.Findings, finding => finding.Kind == FindingKind.Recovery && finding.Message.Contains("(700)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lost_device_is_lost_to_every_context_and_makes_no_new_one()
    {
        using var host = new DriverHost();
        nint own = Create(host);
        host.Machine.Faults.Add(FaultInjection.OfDevice(host.Machine.Calls.Total + 1, 46));
        foreach (nint context in (nint[])[own, host.Context])
        {
            DriverHost.Ok(host.Api.cuCtxSetCurrent(context));
            Assert.Equal(CUDA_ERROR_DEVICE_UNAVAILABLE, host.Api.cuCtxSynchronize());
        }

        nint made;
        Assert.Equal(CUDA_ERROR_DEVICE_UNAVAILABLE, host.Api.cuCtxCreate_v2(&made, 0, 0));
    }

    private static nint Create(DriverHost host)
    {
        nint context;
        DriverHost.Ok(host.Api.cuCtxCreate_v2(&context, 0, 0));
        return context;
    }

    private static void Works(DriverHost host)
    {
        ulong memory = host.Allocate(16);
        uint value = 0;
        DriverHost.Ok(host.Api.cuMemsetD32Async(memory, 7, 4, 0));
        DriverHost.Ok(host.Api.cuMemcpyDtoH_v2(&value, memory + 12, 4));
        Assert.Equal(7u, value);
        DriverHost.Ok(host.Api.cuMemFree_v2(memory));
    }
}

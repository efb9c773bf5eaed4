using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>The names without <c>_v2</c>, as programs of old ask for them.</summary>
public sealed unsafe class OldInterfaceRules
{
    [Fact]
    public void An_older_name_of_the_same_interface_does_the_same()
    {
        using var host = new DriverHost();
        var create = (delegate* unmanaged<nint*, uint, int, CUresult>)host.Find("cuCtxCreate");
        var pop = (delegate* unmanaged<nint*, CUresult>)host.Find("cuCtxPopCurrent");
        var push = (delegate* unmanaged<nint, CUresult>)host.Find("cuCtxPushCurrent");
        var destroy = (delegate* unmanaged<nint, CUresult>)host.Find("cuCtxDestroy");
        var destroyEvent = (delegate* unmanaged<nint, CUresult>)host.Find("cuEventDestroy");
        nint made, popped, current;
        DriverHost.Ok(create(&made, 0, 0));
        DriverHost.Ok(pop(&popped));
        Assert.Equal(made, popped);
        DriverHost.Ok(push(made));
        DriverHost.Ok(destroyEvent(host.Event()));
        DriverHost.Ok(destroy(made));
        DriverHost.Ok(host.Api.cuCtxGetCurrent(&current));
        Assert.Equal(host.Context, current);
        Assert.DoesNotContain(host.Machine.Leaks, leak => leak.Kind == LeakKind.Event);
    }

    [Fact]
    public void Old_names_in_a_capture_and_before_initialisation_answer_as_the_new_ones()
    {
        using var host = new DriverHost(isReady: false);
        var create = (delegate* unmanaged<nint*, uint, int, CUresult>)host.Find("cuCtxCreate");
        nint made;
        Assert.Equal(CUDA_ERROR_NOT_INITIALIZED, create(&made, 0, 0));
        DriverHost.Ok(host.Api.cuInit(0));
        DriverHost.Ok(create(&made, 0, 0));
        nint stream = host.Stream();
        DriverHost.Ok(host.Api.cuStreamBeginCapture_v2(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL));
        void* pinned;
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, host.Api.cuMemAllocHost(&pinned, 64));
    }

    [Fact]
    public void Sizes_of_32_bits_are_cut_at_their_largest()
    {
        using var host = new DriverHost();
        uint free, total;
        DriverHost.Ok(host.Api.cuMemGetInfo(&free, &total));
        Assert.Equal((uint.MaxValue, uint.MaxValue), (free, total));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemGetInfo(null, &total));
        void* pinned;
        DriverHost.Ok(host.Api.cuMemAllocHost(&pinned, 64));
        ((uint*)pinned)[15] = 1;
        DriverHost.Ok(host.Api.cuMemFreeHost(pinned));
    }

    [Fact]
    public void An_address_that_32_bits_do_not_hold_is_refused_and_its_successor_named()
    {
        using var host = new DriverHost();
        uint cut, size;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemAlloc(&cut, 64));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemAllocPitch(&cut, &size, 64, 2, 4));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemGetAddressRange(&cut, &size, 0));
        Assert.Equal(3, host.Machine.Findings.Count(finding => finding.Kind == FindingKind.Unsupported));
        Assert.Contains(host.Machine.Findings, finding => finding.Message.Contains("call cuMemAlloc_v2", StringComparison.Ordinal));

        host.Allocate(64);
        ulong whole = host.Allocate(64);
        uint value = 5;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpyHtoD((uint)whole, &value, 4));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpyDtoH(&value, (uint)whole, 4));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemsetD32((uint)whole, 1, 1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemFree((uint)whole));
        DriverHost.Ok(host.Api.cuMemFree_v2(whole));
    }

    [Fact]
    public void A_rectangle_of_32_bits_is_copied_from_host_to_host()
    {
        using var host = new DriverHost();
        byte* from = stackalloc byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
        byte* to = stackalloc byte[4];
        var copy = new CudaNet.Emulator.Exports.CUDA_MEMCPY2D_v1
        {
            srcMemoryType = CUmemorytype.CU_MEMORYTYPE_HOST,
            srcHost = (nint)from,
            srcPitch = 3,
            srcXInBytes = 1,
            srcY = 1,
            dstMemoryType = CUmemorytype.CU_MEMORYTYPE_HOST,
            dstHost = (nint)to,
            dstPitch = 2,
            WidthInBytes = 2,
            Height = 2,
        };
        Assert.Equal(96, sizeof(CudaNet.Emulator.Exports.CUDA_MEMCPY2D_v1));
        DriverHost.Ok(host.Api.cuMemcpy2D(&copy));
        Assert.Equal([5, 6, 8, 9], new ReadOnlySpan<byte>(to, 4).ToArray());
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuMemcpy2DUnaligned(null));
    }
}

using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>Initialisation, contexts and threads.</summary>
public sealed unsafe class ContextRules
{
    [Fact]
    public void Calls_before_cuInit_answer_not_initialised()
    {
        using var host = new DriverHost(isReady: false);
        int number;
        nint handle;
        ulong address;
        Assert.Equal(CUDA_ERROR_NOT_INITIALIZED, host.Api.cuDeviceGetCount(&number));
        Assert.Equal(CUDA_ERROR_NOT_INITIALIZED, host.Api.cuDevicePrimaryCtxRetain(&handle, 0));
        Assert.Equal(CUDA_ERROR_NOT_INITIALIZED, host.Api.cuMemAlloc_v2(&address, 4));
        Assert.Equal(CUDA_ERROR_NOT_INITIALIZED, host.Api.cuCtxGetCurrent(&handle));
        Assert.Equal(CUDA_ERROR_NOT_INITIALIZED, host.Api.cuStreamSynchronize(0));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuDriverGetVersion(&number));
        Assert.Equal(13000, number);
    }

    [Fact]
    public void CuInit_takes_no_flags_and_needs_a_device()
    {
        using (var host = new DriverHost(isReady: false))
        {
            Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuInit(1));
            Assert.Equal(CUDA_SUCCESS, host.Api.cuInit(0));
            Assert.Equal(CUDA_SUCCESS, host.Api.cuInit(0));
        }

        using var bare = new DriverHost(new EmulatorOptions { Devices = [] }, isReady: false);
        Assert.Equal(CUDA_ERROR_NO_DEVICE, bare.Api.cuInit(0));
    }

    [Fact]
    public void Without_a_current_context_calls_that_need_one_answer_invalid_context()
    {
        using var host = new DriverHost(isReady: false);
        DriverHost.Ok(host.Api.cuInit(0));
        ulong address;
        void* pointer;
        nint handle;
        byte data = 0;
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuMemAlloc_v2(&address, 4));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuMemHostAlloc(&pointer, 4, 0));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuStreamCreate(&handle, 0));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuEventCreate(&handle, 0));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Load(DriverHost.Kernels, out _));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuCtxSynchronize());
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuMemcpyHtoD_v2(0, &data, 1));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuMemsetD8_v2(0, 0, 1));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuStreamSynchronize(0));
    }

    [Fact]
    public void Without_a_current_context_nothing_can_be_freed_and_devices_can_be_asked()
    {
        using var host = new DriverHost(isReady: false);
        DriverHost.Ok(host.Api.cuInit(0));
        nuint bytes;
        int value;
        Assert.Equal(CUDA_SUCCESS, host.Api.cuMemFree_v2(0));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuMemFreeHost(null));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuDeviceTotalMem_v2(&bytes, 0));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuDeviceGetAttribute(&value, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_WARP_SIZE, 0));
        Assert.Equal(32, value);
    }

    [Fact]
    public void A_current_context_is_of_its_thread()
    {
        using var host = new DriverHost();
        CUresult onOther = CUDA_SUCCESS;
        var thread = new Thread(() => onOther = host.Api.cuCtxSynchronize());
        thread.Start();
        thread.Join();
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, onOther);
        Assert.Equal(CUDA_SUCCESS, host.Api.cuCtxSynchronize());
    }

    [Fact]
    public void Retaining_a_primary_context_does_not_make_it_current()
    {
        using var host = new DriverHost(isReady: false);
        DriverHost.Ok(host.Api.cuInit(0));
        nint context;
        nint current = 1;
        DriverHost.Ok(host.Api.cuDevicePrimaryCtxRetain(&context, 0));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuCtxSynchronize());
        DriverHost.Ok(host.Api.cuCtxGetCurrent(&current));
        Assert.Equal(0, current);
    }

    [Fact]
    public void Releasing_a_primary_context_that_is_not_retained_is_an_invalid_context()
    {
        using var host = new DriverHost();
        Assert.Equal(CUDA_SUCCESS, host.Api.cuDevicePrimaryCtxRelease_v2(0));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuDevicePrimaryCtxRelease_v2(0));
        Assert.Equal(CUDA_ERROR_INVALID_DEVICE, host.Api.cuDevicePrimaryCtxRelease_v2(7));
    }

    [Fact]
    public void The_last_release_destroys_the_context_at_once()
    {
        using var host = new DriverHost();
        nint stream = host.Stream();
        DriverHost.Ok(host.Api.cuDevicePrimaryCtxRelease_v2(0));
        Assert.NotEqual(CUDA_SUCCESS, host.Api.cuStreamSynchronize(stream));
        Assert.NotEqual(CUDA_SUCCESS, host.Api.cuCtxSynchronize());
    }

    [Fact]
    public void Popping_an_empty_stack_and_pushing_null_fail()
    {
        using var host = new DriverHost();
        nint popped;
        DriverHost.Ok(host.Api.cuCtxPopCurrent_v2(&popped));
        Assert.Equal(host.Context, popped);
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuCtxPopCurrent_v2(&popped));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuCtxPushCurrent_v2(0));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuCtxPushCurrent_v2(0x1234));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuCtxSetCurrent(0x1234));
    }

    [Fact]
    public void Setting_null_removes_the_top_and_the_one_below_becomes_current()
    {
        using var host = new DriverHost();
        nint made;
        nint current;
        DriverHost.Ok(host.Api.cuCtxCreate_v2(&made, 0, 0));
        DriverHost.Ok(host.Api.cuCtxGetCurrent(&current));
        Assert.Equal(made, current);
        DriverHost.Ok(host.Api.cuCtxSetCurrent(0));
        DriverHost.Ok(host.Api.cuCtxGetCurrent(&current));
        Assert.Equal(host.Context, current);
    }

    [Theory]
    [InlineData(0u, CUDA_SUCCESS)]
    [InlineData(4u, CUDA_SUCCESS)]
    [InlineData(8u, CUDA_ERROR_INVALID_VALUE)]
    [InlineData(3u, CUDA_ERROR_INVALID_VALUE)]
    [InlineData(0x10000u, CUDA_ERROR_INVALID_VALUE)]
    internal void Flags_of_a_primary_context_are_one_way_of_waiting_and_never_the_mapping(uint flags, CUresult expected)
    {
        using var host = new DriverHost();
        uint now;
        int active;
        Assert.Equal(expected, host.Api.cuDevicePrimaryCtxSetFlags_v2(0, flags));
        DriverHost.Ok(host.Api.cuDevicePrimaryCtxGetState(0, &now, &active));
        Assert.Equal(8u | (expected == CUDA_SUCCESS ? flags : 0), now);
        Assert.Equal(1, active);
    }

    [Fact]
    public void Resetting_a_primary_context_leaves_the_count_of_retains()
    {
        using var host = new DriverHost();
        DriverHost.Ok(host.Api.cuDevicePrimaryCtxSetFlags_v2(0, 4));
        DriverHost.Ok(host.Api.cuDevicePrimaryCtxReset_v2(0));
        uint flags;
        int active;
        DriverHost.Ok(host.Api.cuDevicePrimaryCtxGetState(0, &flags, &active));
        Assert.Equal((8u, 0), (flags, active));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuDevicePrimaryCtxRelease_v2(0));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuDevicePrimaryCtxRelease_v2(0));
    }

    [Fact]
    public void A_context_that_was_created_is_current_until_it_is_destroyed()
    {
        using var host = new DriverHost();
        nint made;
        nint current;
        DriverHost.Ok(host.Api.cuCtxCreate_v2(&made, 0, 0));
        DriverHost.Ok(host.Api.cuCtxDestroy_v2(made));
        DriverHost.Ok(host.Api.cuCtxGetCurrent(&current));
        Assert.Equal(host.Context, current);
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuCtxDestroy_v2(made));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, host.Api.cuCtxDestroy_v2(host.Context));
        Assert.Equal(CUDA_ERROR_INVALID_DEVICE, host.Api.cuCtxCreate_v2(&made, 0, 9));
    }
}

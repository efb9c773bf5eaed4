using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>Launches: dimensions, shared memory, parameters, and that they compute.</summary>
public sealed unsafe class LaunchRules
{
    private const int Count = 100;

    [Theory]
    [InlineData(0, 1, 1, 32, 1, 1, 0)]
    [InlineData(1, 1, 1, 0, 1, 1, 0)]
    [InlineData(1, 65536, 1, 32, 1, 1, 0)]
    [InlineData(1, 1, 65536, 32, 1, 1, 0)]
    [InlineData(1, 1, 1, 1025, 1, 1, 0)]
    [InlineData(1, 1, 1, 1, 1, 65, 0)]
    [InlineData(1, 1, 1, 64, 32, 1, 0)]
    [InlineData(1, 1, 1, 32, 1, 1, 49153)]
    public void Dimensions_and_shared_memory_past_their_limits_are_invalid(int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int shared)
    {
        using var host = new DriverHost();
        nint saxpy = host.Saxpy();
        ulong memory = host.Allocate(Count * 4);
        float factor = 1;
        uint count = 0;
        void** parameters = stackalloc void*[] { &memory, &memory, &factor, &count };
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuLaunchKernel(
            saxpy, (uint)gridX, (uint)gridY, (uint)gridZ, (uint)blockX, (uint)blockY, (uint)blockZ, (uint)shared, 0, parameters, null));
        Assert.Contains(host.Machine.Findings, f => f.Kind == FindingKind.Launch && f.Message.Contains("saxpy", StringComparison.Ordinal));
    }

    [Fact]
    public void A_block_whose_registers_no_multiprocessor_has_is_out_of_resources_and_a_smaller_one_runs()
    {
        using var host = new DriverHost(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere with { Registers = 16384 }] });
        nint saxpy = host.Saxpy();
        ulong memory = host.Allocate(4);
        float factor = 1;
        uint count = 0;
        void** parameters = stackalloc void*[] { &memory, &memory, &factor, &count };
        Assert.Equal(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, host.Api.cuLaunchKernel(saxpy, 1, 1, 1, 1024, 1, 1, 0, 0, parameters, null));
        Assert.Contains(host.Machine.Findings, f => f.Kind == FindingKind.Launch && f.Message.Contains("registers", StringComparison.Ordinal));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuLaunchKernel(saxpy, 1, 1, 1, 512, 1, 1, 0, 0, parameters, null));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuCtxSynchronize());
    }

    [Fact]
    public void Parameters_come_one_way_and_fit_the_signature()
    {
        using var host = new DriverHost();
        nint saxpy = host.Saxpy();
        byte* buffer = stackalloc byte[24];
        nuint size = 24;
        void** each = stackalloc void*[] { buffer, buffer, buffer, null };
        void** packed = stackalloc void*[] { (void*)1, buffer, (void*)2, &size, null };
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, Launch(host, 0, each, null));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Launch(host, saxpy, each, packed));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Launch(host, saxpy, null, null));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Launch(host, saxpy, each, null));
        size = 20;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Launch(host, saxpy, null, packed));
        size = 32;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Launch(host, saxpy, null, packed));
        packed[0] = (void*)9;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Launch(host, saxpy, null, packed));
        packed[0] = null;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Launch(host, saxpy, null, packed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_ways_of_passing_parameters_compute(bool isPacked)
    {
        using var host = new DriverHost();
        nint saxpy = host.Saxpy();
        nint stream = host.Stream();
        ulong x = host.Allocate(Count * 4);
        ulong y = host.Allocate(Count * 4);
        float factor = 3;
        uint count = Count;
        byte* buffer = stackalloc byte[24];
        *(ulong*)buffer = y;
        *(ulong*)(buffer + 8) = x;
        *(float*)(buffer + 16) = factor;
        *(uint*)(buffer + 20) = count;
        nuint size = 24;
        void** each = stackalloc void*[] { &y, &x, &factor, &count };
        void** packed = stackalloc void*[] { (void*)2, &size, (void*)1, buffer, null };
        DriverHost.Ok(host.Api.cuMemsetD32Async(x, 0x40000000, Count, stream));
        DriverHost.Ok(host.Api.cuMemsetD32Async(y, 0x3F800000, Count, stream));
        DriverHost.Ok(host.Api.cuLaunchKernel(saxpy, 4, 1, 1, 32, 1, 1, 0, stream, isPacked ? null : each, isPacked ? packed : null));
        float[] result = new float[Count];
        fixed (float* target = result)
        {
            DriverHost.Ok(host.Api.cuMemcpyDtoHAsync_v2(target, y, Count * 4, stream));
            DriverHost.Ok(host.Api.cuStreamSynchronize(stream));
        }

        Assert.All(result, value => Assert.Equal(7, value));
    }

    [Fact]
    public void A_launch_that_faults_answers_success_and_every_later_call_the_fault()
    {
        using var host = new DriverHost();
        nint saxpy = host.Saxpy();
        ulong x = host.Allocate(Count * 4);
        DriverHost.Ok(host.Api.cuMemsetD8_v2(x, 0, Count * 4));
        float factor = 1;
        uint count = Count + 1;
        void** parameters = stackalloc void*[] { &x, &x, &factor, &count };
        Assert.Equal(CUDA_SUCCESS, host.Api.cuLaunchKernel(saxpy, 4, 1, 1, 32, 1, 1, 0, 0, parameters, null));
        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, host.Api.cuCtxSynchronize());
        ulong address;
        nint handle;
        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, host.Api.cuMemAlloc_v2(&address, 4));
        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, host.Api.cuStreamCreate(&handle, 0));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuCtxGetCurrent(&handle));
        Assert.Contains(host.Machine.Findings, f => f.Kind == FindingKind.OutOfBounds);
    }

    [Fact]
    public void A_cooperative_launch_must_be_resident_as_a_whole()
    {
        using var host = new DriverHost();
        nint saxpy = host.Saxpy();
        ulong x = host.Allocate(4);
        float factor = 1;
        uint count = 0;
        void** parameters = stackalloc void*[] { &x, &x, &factor, &count };
        int resident;
        DriverHost.Ok(host.Api.cuOccupancyMaxActiveBlocksPerMultiprocessor(&resident, saxpy, 1024, 0));
        Assert.Equal(2, resident);
        uint most = (uint)(resident * EmulatedDeviceProfile.Ampere.Multiprocessors);
        Assert.Equal(CUDA_SUCCESS, host.Api.cuLaunchCooperativeKernel(saxpy, most, 1, 1, 1024, 1, 1, 0, 0, parameters));
        Assert.Equal(CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE, host.Api.cuLaunchCooperativeKernel(saxpy, most + 1, 1, 1, 1024, 1, 1, 0, 0, parameters));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuOccupancyMaxActiveBlocksPerMultiprocessor(&resident, saxpy, 0, 0));
    }

    [Fact]
    public void A_kernel_of_a_library_is_launched_as_a_function_is()
    {
        using var host = new DriverHost();
        nint library, kernel;
        fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(DriverHost.Kernels + '\0'), name = "saxpy\0"u8, absent = "none\0"u8)
        {
            DriverHost.Ok(host.Api.cuLibraryLoadData(&library, text, null, null, 0, null, null, 0));
            Assert.Equal(CUDA_ERROR_NOT_FOUND, host.Api.cuLibraryGetKernel(&kernel, library, absent));
            DriverHost.Ok(host.Api.cuLibraryGetKernel(&kernel, library, name));
        }

        ulong x = host.Allocate(4);
        DriverHost.Ok(host.Api.cuMemsetD8_v2(x, 0, 4));
        float factor = 1;
        uint count = 1;
        void** parameters = stackalloc void*[] { &x, &x, &factor, &count };
        Assert.Equal(CUDA_SUCCESS, host.Api.cuLaunchKernel(kernel, 1, 1, 1, 32, 1, 1, 0, 0, parameters, null));
        DriverHost.Ok(host.Api.cuCtxSynchronize());
        DriverHost.Ok(host.Api.cuLibraryUnload(library));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Api.cuLibraryUnload(library));
    }

    private static CUresult Launch(DriverHost host, nint function, void** parameters, void** extra) =>
        host.Api.cuLaunchKernel(function, 1, 1, 1, 32, 1, 1, 0, 0, parameters, extra);
}

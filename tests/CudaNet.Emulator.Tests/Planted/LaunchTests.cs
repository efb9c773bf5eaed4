using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Launches that do not fit the kernel or the device.</summary>
public sealed unsafe class LaunchTests
{
    private const int Count = 64;
    private const nint ParameterBuffer = 1;
    private const nint ParameterBufferSize = 2;

    [Fact]
    public void A_block_of_1025_threads_is_found()
    {
        using DeviceProgram program = new();
        (nint kernel, ulong x, ulong y) = Scale(program, "scale");
        program.Launch(kernel, 1, 1024, 0, x, y, DeviceProgram.Parameter(1), 0, Count);
        program.Ok(program.Driver.cuCtxSynchronize());
        program.IsClean();

        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, program.TryLaunch(kernel, 1, 1025, 0, 0, x, y, DeviceProgram.Parameter(1), 0, Count));
        program.Found(FindingKind.Launch, "'scale'", "1025", "1024");
    }

    [Fact]
    public void A_block_larger_than_the_kernel_was_compiled_for_is_found()
    {
        using DeviceProgram program = new();
        (nint kernel, ulong x, ulong y) = Scale(program, "scale_128");
        program.Launch(kernel, 1, 128, 0, x, y, DeviceProgram.Parameter(1), 0, Count);
        program.Ok(program.Driver.cuCtxSynchronize());
        program.IsClean();

        Assert.NotEqual(CUresult.CUDA_SUCCESS, program.TryLaunch(kernel, 1, 256, 0, 0, x, y, DeviceProgram.Parameter(1), 0, Count));
        program.Found(FindingKind.Launch, "'scale_128'", "256", "128");
    }

    [Fact]
    public void A_grid_of_no_blocks_is_found()
    {
        using DeviceProgram program = new();
        (nint kernel, ulong x, ulong y) = Scale(program, "scale");
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, program.TryLaunch(kernel, 0, Count, 0, 0, x, y, DeviceProgram.Parameter(1), 0, Count));
        program.Found(FindingKind.Launch, "'scale'", "grid");
    }

    [Fact]
    public void More_dynamic_shared_memory_than_was_opted_in_is_found()
    {
        using DeviceProgram program = new();
        nint kernel = program.Kernel("shared", "rotate");
        ulong x = program.Upload(new float[Count]), y = program.Allocate(Count);
        program.Ok(program.TryLaunch(kernel, 1, Count, 48 << 10, 0, x, y, Count));
        program.Ok(program.Driver.cuCtxSynchronize());
        program.IsClean();

        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, program.TryLaunch(kernel, 1, Count, 64 << 10, 0, x, y, Count));
        program.Found(FindingKind.Launch, "'rotate'", "65536", "49152");

        program.Findings.Clear();
        program.Ok(program.Driver.cuFuncSetAttribute(kernel, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 64 << 10));
        program.Ok(program.TryLaunch(kernel, 1, Count, 64 << 10, 0, x, y, Count));
        program.Ok(program.Driver.cuCtxSynchronize());
        program.IsClean();
    }

    [Fact]
    public void A_list_of_too_few_parameters_is_found()
    {
        using DeviceProgram program = new();
        (nint kernel, ulong x, ulong y) = Scale(program, "scale");
        float one = 1, zero = 0;
        int n = Count;
        void** parameters = stackalloc void*[] { &x, &y, &one, &zero, &n };
        program.Ok(program.Driver.cuLaunchKernel(kernel, 1, 1, 1, Count, 1, 1, 0, 0, parameters, null));
        program.Ok(program.Driver.cuCtxSynchronize());
        program.IsClean();

        parameters[4] = null;
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, program.Driver.cuLaunchKernel(kernel, 1, 1, 1, Count, 1, 1, 0, 0, parameters, null));
        program.Found(FindingKind.Launch, "'scale'", "kernelParams[4]", "scale_param_4");
    }

    [Theory]
    [InlineData(24)]
    [InlineData(36)]
    public void A_buffer_of_parameters_of_another_size_is_found(int bytes)
    {
        using DeviceProgram program = new();
        (nint kernel, ulong x, ulong y) = Scale(program, "scale");
        byte* buffer = stackalloc byte[40];
        *(ulong*)buffer = x;
        *(ulong*)(buffer + 8) = y;
        *(float*)(buffer + 16) = 1;
        *(float*)(buffer + 20) = 0;
        *(int*)(buffer + 24) = Count;
        nuint size = 28;
        void** extra = stackalloc void*[] { (void*)ParameterBuffer, buffer, (void*)ParameterBufferSize, &size, null };
        program.Ok(program.Driver.cuLaunchKernel(kernel, 1, 1, 1, Count, 1, 1, 0, 0, null, extra));
        program.Ok(program.Driver.cuCtxSynchronize());
        program.IsClean();

        size = (nuint)bytes;
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, program.Driver.cuLaunchKernel(kernel, 1, 1, 1, Count, 1, 1, 0, 0, null, extra));
        program.Found(FindingKind.Launch, "'scale'", $"{bytes}", "28");
    }

    private static (nint Kernel, ulong X, ulong Y) Scale(DeviceProgram program, string kernel) =>
        (program.Kernel("vectors", kernel), program.Upload(new float[Count]), program.Allocate(Count));
}

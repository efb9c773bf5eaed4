using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>Programs that use memory, streams and modules beyond their life, or too little of them.</summary>
public sealed unsafe class LifetimeTests
{
    private const int Count = 32;

    private static readonly float[] Ramp = [.. Enumerable.Range(1, Count).Select(i => (float)i)];

    [Fact]
    public void A_kernel_that_uses_freed_memory_is_found()
    {
        Program(mutant: false);
        Program(mutant: true);

        static void Program(bool mutant)
        {
            using DeviceProgram program = new();
            nint scale = program.Kernel("vectors", "scale");
            ulong x = program.Upload(Ramp), y = program.Allocate(Count);
            if (mutant)
            {
                program.Free(x);
            }

            program.Launch(scale, 1, Count, 0, x, y, DeviceProgram.Parameter(2), DeviceProgram.Parameter(0), Count);
            CUresult status = program.Driver.cuCtxSynchronize();
            if (mutant)
            {
                Assert.Equal(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, status);
                program.Found(FindingKind.UseAfterFree, "'scale'", "vectors.cu:", $"0x{x:x}", "was freed", "128 bytes");
            }
            else
            {
                program.Ok(status);
                Assert.Equal(Ramp.Select(value => 2 * value), program.Download(y, Count));
                program.Free(x);
                program.IsClean();
            }
        }
    }

    [Fact]
    public void Memory_that_is_freed_while_a_queued_copy_uses_it_is_found()
    {
        Program(mutant: false);
        Program(mutant: true);

        static void Program(bool mutant)
        {
            using DeviceProgram program = new();
            nint stream = program.Stream();
            ulong x = program.Upload(Ramp);
            float* result = program.Pin(new float[Count]);
            program.ToHost(result, x, Count, stream);
            if (!mutant)
            {
                program.Synchronise(stream);
            }

            _ = program.Driver.cuMemFree_v2(x);
            if (mutant)
            {
                program.Found(FindingKind.FreedInUse, "cuMemFree of", "cuMemcpyDtoHAsync", "128 bytes");
            }
            else
            {
                Assert.Equal(Ramp, new Span<float>(result, Count));
                program.IsClean();
            }
        }
    }

    [Fact]
    public void Pinned_memory_that_is_freed_while_a_queued_copy_uses_it_is_found()
    {
        Program(mutant: false);
        Program(mutant: true);

        static void Program(bool mutant)
        {
            using DeviceProgram program = new();
            nint stream = program.Stream();
            ulong x = program.Allocate(Count);
            float* source = program.Pin(Ramp);
            program.ToDevice(x, source, Count, stream);
            if (!mutant)
            {
                program.Synchronise(stream);
            }

            _ = program.Driver.cuMemFreeHost(source);
            if (mutant)
            {
                program.Found(FindingKind.FreedInUse, "cuMemFreeHost of", "cuMemcpyHtoDAsync", "128 bytes");
            }
            else
            {
                Assert.Equal(Ramp, program.Download(x, Count));
                program.IsClean();
            }
        }
    }

    [Fact]
    public void Memory_that_is_freed_while_a_queued_kernel_was_given_it_is_found()
    {
        Program(mutant: false);
        Program(mutant: true);

        static void Program(bool mutant)
        {
            using DeviceProgram program = new();
            nint scale = program.Kernel("vectors", "scale");
            nint stream = program.Stream();
            ulong x = program.Upload(Ramp), y = program.Allocate(Count);
            program.Launch(scale, 1, Count, stream, x, y, DeviceProgram.Parameter(2), DeviceProgram.Parameter(0), Count);
            if (!mutant)
            {
                program.Synchronise(stream);
            }

            _ = program.Driver.cuMemFree_v2(x);
            if (mutant)
            {
                program.Found(FindingKind.FreedInUse, "cuMemFree of", "'scale'", "128 bytes");
            }
            else
            {
                Assert.Equal(Ramp.Select(value => 2 * value), program.Download(y, Count));
                program.IsClean();
            }
        }
    }

    [Fact]
    public void A_second_free_is_found()
    {
        using DeviceProgram program = new();
        ulong x = program.Allocate(Count);
        program.Free(x);
        program.IsClean();

        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, program.Driver.cuMemFree_v2(x));
        program.Found(FindingKind.UseAfterFree, "cuMemFree of", $"0x{x:x}", "was freed");
    }

    [Fact]
    public void A_free_of_the_middle_of_an_allocation_is_found()
    {
        using DeviceProgram program = new();
        ulong x = program.Allocate(Count);
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, program.Driver.cuMemFree_v2(x + 64));
        program.Found(FindingKind.Argument, "cuMemFree of", $"0x{x + 64:x}");

        program.Findings.Clear();
        program.Free(x);
        program.IsClean();
    }

    [Fact]
    public void A_fill_of_words_whose_count_is_given_in_bytes_is_found()
    {
        using DeviceProgram program = new();
        ulong x = program.Allocate(Count);
        program.Ok(program.Driver.cuMemsetD32_v2(x, 7, Count));
        program.IsClean();

        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, program.Driver.cuMemsetD32_v2(x, 7, Count * sizeof(uint)));
        program.Found(FindingKind.OutOfBounds, "cuMemsetD32_v2", "512 bytes", "128 bytes");
    }

    [Fact]
    public void A_copy_past_the_end_of_an_allocation_is_found()
    {
        using DeviceProgram program = new();
        ulong x = program.Upload(Ramp);
        float* result = program.Pin(new float[Count + 1]);
        program.Ok(program.Driver.cuMemcpyDtoH_v2(result, x, 128));
        program.IsClean();

        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, program.Driver.cuMemcpyDtoH_v2(result, x, 132));
        program.Found(FindingKind.OutOfBounds, "cuMemcpyDtoH_v2", "132 bytes", "128 bytes");
    }

    [Fact]
    public void An_asynchronous_copy_of_memory_that_is_not_pinned_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream();
        ulong x = program.Allocate(Count);
        program.ToDevice(x, program.Pin(Ramp), Count, stream);
        program.Synchronise(stream);
        program.IsClean();

        fixed (float* pageable = Ramp)
        {
            program.Ok(program.Driver.cuMemcpyHtoDAsync_v2(x, pageable, 128, stream));
        }

        program.Found(FindingKind.Argument, "cuMemcpyHtoDAsync_v2", $"stream 0x{stream:x}", "neither pinned nor registered");
    }

    [Fact]
    public void A_kernel_of_a_module_that_is_gone_is_found()
    {
        using DeviceProgram program = new();
        nint doubles = program.Kernel("memory", "double_all");
        ulong x = program.Upload(Ramp), y = program.Allocate(Count);
        program.Launch(doubles, 1, Count, 0, x, y, Count);
        Assert.Equal(Ramp.Select(value => 2 * value), program.Download(y, Count));
        program.Ok(program.Driver.cuModuleUnload(program.Module("memory")));
        program.IsClean();

        Assert.Equal(CUresult.CUDA_ERROR_INVALID_HANDLE, program.TryLaunch(doubles, 1, Count, 0, 0, x, y, Count));
        program.Found(FindingKind.Handle, "cuLaunchKernel", $"0x{doubles:x}", "was destroyed");
    }

    [Fact]
    public void A_module_that_is_unloaded_while_its_kernel_is_queued_is_found()
    {
        using DeviceProgram program = new();
        nint doubles = program.Kernel("memory", "double_all");
        nint stream = program.Stream();
        ulong x = program.Upload(Ramp), y = program.Allocate(Count);
        program.Launch(doubles, 1, Count, stream, x, y, Count);
        _ = program.Driver.cuModuleUnload(program.Module("memory"));
        program.Found(FindingKind.FreedInUse, "cuModuleUnload", "'double_all'");
    }

    [Fact]
    public void A_stream_that_was_destroyed_is_found()
    {
        using DeviceProgram program = new();
        nint stream = program.Stream(0);
        ulong x = program.Allocate(Count);
        program.Fill(x, 1, Count, stream);
        program.Ok(program.Driver.cuStreamDestroy_v2(stream));
        Assert.Equal(Enumerable.Repeat(1f, Count), program.Download(x, Count));
        program.IsClean();

        Assert.Equal(CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED, program.Driver.cuMemsetD32Async(x, 1, Count, stream));
        program.Found(FindingKind.Handle, "cuMemsetD32Async", $"0x{stream:x}");
    }

    [Fact]
    public void What_was_not_given_back_is_reported_with_the_place_that_made_it()
    {
        EmulatorOptions options = new() { RecordCallSites = true };
        using DeviceProgram program = new(options: options);
        ulong kept = program.Allocate(Count), returned = program.Allocate(Count);
        program.Free(returned);
        program.Ok(program.Driver.cuDevicePrimaryCtxRelease_v2(0));
        program.Dispose();

        Leak leak = Assert.Single(program.Machine.Leaks);
        Assert.Equal(LeakKind.DeviceMemory, leak.Kind);
        Assert.Contains("128 bytes", leak.Description, StringComparison.Ordinal);
        Assert.Contains(nameof(What_was_not_given_back_is_reported_with_the_place_that_made_it), leak.CallSite, StringComparison.Ordinal);
        Assert.NotEqual(0UL, kept);
    }

    [Fact]
    public void A_copy_whose_ends_are_exchanged_is_found()
    {
        using DeviceProgram program = new();
        ulong x = program.Allocate(Count);
        fixed (float* host = Ramp)
        {
            program.Ok(program.Driver.cuMemcpyHtoD_v2(x, host, 128));
            program.IsClean();
            Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, program.Driver.cuMemcpyHtoD_v2((ulong)host, (void*)x, 128));
            program.Found(FindingKind.Argument, "cuMemcpyHtoD_v2", $"0x{(ulong)host:x}", "host address");
        }

        Assert.Equal(Ramp, program.Download(x, Count));
    }
}

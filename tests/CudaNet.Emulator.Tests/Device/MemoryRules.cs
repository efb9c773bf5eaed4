using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Emulator.Tests.Device.DeviceProgram;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>Allocation, freeing, registering, memsets, and accesses outside what is there.</summary>
public sealed unsafe class MemoryRules
{
    [Fact]
    public void Memory_is_aligned_apart_and_filled_with_not_a_number()
    {
        using var program = new DeviceProgram();
        (ulong a, ulong b) = (program.Alloc(100), program.Alloc(100));
        Assert.Equal(0ul, a % 256);
        Assert.Equal(0ul, b % 256);
        Assert.True(b - a > 356);
        Assert.Equal(-1, program.Read(a));
        Assert.True(float.IsNaN(BitConverter.Int32BitsToSingle(program.Read(b + 96))));
        Assert.Equal(-1, Host(program.Pinned()));
    }

    [Fact]
    public void No_bytes_cannot_be_allocated_and_more_than_the_device_has_are_out_of_memory()
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere with { MemoryBytes = 4096 }] });
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Allocation.Device(program.Context, 0, "cuMemAlloc_v2", out _));
        Assert.Equal(CUDA_ERROR_OUT_OF_MEMORY, Allocation.Device(program.Context, 4097, "cuMemAlloc_v2", out _));
        Assert.Equal(CUDA_ERROR_OUT_OF_MEMORY, Allocation.Device(program.Context, ulong.MaxValue, "cuMemAlloc_v2", out _));
        Assert.Equal(CUDA_ERROR_OUT_OF_MEMORY, Allocation.Pinned(program.Context, ulong.MaxValue, 0, "cuMemHostAlloc", out _));
        ulong all = program.Alloc(4096);
        Assert.Equal(CUDA_ERROR_OUT_OF_MEMORY, Allocation.Device(program.Context, 1, "cuMemAlloc_v2", out _));
        Ok(program.Free(all));
        program.Alloc(4096);
    }

    [Fact]
    public void Freeing_nothing_succeeds_and_freeing_twice_or_inside_does_not()
    {
        using var program = new DeviceProgram();
        ulong a = program.Alloc();
        Ok(program.Free(0));
        Ok(program.FreeHost(0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Free(a + 256));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Free(a + 16));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.FreeHost(a));
        Ok(program.Free(a));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Free(a));
        Assert.Equal(FindingKind.UseAfterFree, program.Found.Last());
    }

    [Fact]
    public void Memory_that_queued_work_uses_is_not_freed()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        (ulong device, ulong pinned) = (program.Alloc(), program.Pinned());
        Ok(program.CopyAsync(stream, device, pinned));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Free(device));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.FreeHost(pinned));
        Assert.Equal([FindingKind.FreedInUse, FindingKind.FreedInUse], program.Found);
        Ok(program.Synchronize(stream));
        Ok(program.Free(device));
        Ok(program.FreeHost(pinned));
    }

    [Theory]
    [InlineData(256, FindingKind.OutOfBounds, "0 bytes behind the end")]
    [InlineData(254, FindingKind.OutOfBounds, "beyond its end")]
    [InlineData(-8, FindingKind.OutOfBounds, "8 bytes before the start")]
    public void An_access_outside_is_found_and_named(long offset, FindingKind kind, string message)
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        ulong a = program.Alloc();
        Ok(program.Enqueue(stream, new TestOperation("kernel", c => c.Int(a + (ulong)offset) = 1)));
        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, program.Synchronize(stream));
        Finding finding = Assert.Single(program.Machine.Findings);
        Assert.Equal(kind, finding.Kind);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_access_to_freed_memory_is_found_and_named()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        ulong a = program.Alloc();
        Ok(program.Enqueue(stream, new TestOperation("kernel", c => c.Int(a) = 1)));
        Ok(program.Free(a));
        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, program.Synchronize(stream));
        Assert.Equal([FindingKind.UseAfterFree], program.Found);
    }

    [Fact]
    public void Memory_of_another_device_is_out_of_bounds_for_kernels_but_copies_go_between()
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Ampere] });
        Ok(program.Machine.Devices[1].RetainPrimary(out EmulatedContext? other));
        Ok(Allocation.Device(other!, 256, "cuMemAlloc_v2", out ulong foreign));
        ulong mine = program.Alloc();
        EmulatedStream stream = program.Stream();
        Ok(program.Set(stream, mine, 9));
        Ok(program.CopyAsync(stream, foreign, mine));
        Ok(program.Synchronize(stream));
        Assert.Equal(9, program.Read(foreign));
        Ok(program.Enqueue(stream, new TestOperation("kernel", c => c.Int(foreign) = 1)));
        Assert.Equal(CUDA_ERROR_ILLEGAL_ADDRESS, program.Synchronize(stream));
        Assert.Contains("memory of device 1; this is device 0", program.Machine.Findings[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Host_memory_is_registered_once_and_unregistered_once()
    {
        using var program = new DeviceProgram();
        var own = stackalloc byte[512];
        ulong pinned = program.Pinned();
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Register(program, null, 16));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Register(program, own, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Register(program, (void*)pinned, 16));
        Ok(Register(program, own, 256));
        Assert.Equal(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, Register(program, own + 128, 256));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.FreeHost((ulong)own));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Unregister(program, null));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Unregister(program, (void*)pinned));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Unregister(program, own + 16));
        Ok(Unregister(program, own));
        Assert.Equal(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED, Unregister(program, own));
    }

    [Fact]
    public void A_memset_of_nothing_succeeds_and_a_wrong_one_is_refused()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        (ulong a, ulong pinned) = (program.Alloc(), program.Pinned());
        byte plain = 0;
        Ok(Fill(0, 4, 0));
        Ok(Fill(12345, 4, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Fill(0, 4, 1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Fill(a, 4, 65));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Fill(a + 2, 4, 1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Fill(a + 1, 2, 1));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Fill((ulong)&plain, 1, 1));
        Ok(Fill(a, 4, 64));
        Ok(Fill(pinned, 2, 1));
        Ok(program.Synchronize(stream));
        Assert.Equal(0x01020304, program.Read(a + 252));
        Assert.Equal(unchecked((int)0xFFFF0304), Host(pinned));

        CUresult Fill(ulong address, int elementBytes, ulong count)
            => program.Call("cuMemsetAsync", () => Fills.Rows("cuMemsetAsync", stream, address, 0, 0x01020304, elementBytes, count, 1, isAsync: true));
    }

    [Fact]
    public void Stream_ordered_memory_is_there_behind_its_allocation_and_before_its_free_only()
    {
        int faults = 0;
        for (int seed = 0; seed < 100; seed++)
        {
            using var program = new DeviceProgram(seed);
            (EmulatedStream stream, EmulatedStream other) = (program.Stream(), program.Stream());
            ulong address = 0;
            Ok(program.Call("cuMemAllocAsync", () => program.Context.Device.DefaultPool.Allocate(stream, 256, "cuMemAllocAsync", out address)));
            Ok(program.Set(stream, address, 4));
            Ok(program.Enqueue(other, new TestOperation("unordered", c => c.Int(address)++)));
            Ok(program.Call("cuMemFreeAsync", () => EmulatedMemoryPool.Free(stream, address)));
            Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Call("cuMemFreeAsync", () => EmulatedMemoryPool.Free(stream, address)));
            faults += program.Synchronize() == CUDA_ERROR_ILLEGAL_ADDRESS ? 1 : 0;
        }

        Assert.InRange(faults, 1, 99);
    }

    [Fact]
    public void Stream_ordered_memory_may_be_freed_at_once()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        ulong address = 0;
        Ok(program.Call("cuMemAllocAsync", () => program.Context.Device.DefaultPool.Allocate(stream, 256, "cuMemAllocAsync", out address)));
        Ok(program.Free(address));
        Assert.Equal(0ul, program.Machine.Memory.UsedBytes(0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Set(stream, address, 1));
    }

    private static CUresult Register(DeviceProgram program, void* host, ulong bytes)
        => program.Call("cuMemHostRegister_v2", () => Allocation.Register(program.Context, host, bytes, 0, "cuMemHostRegister_v2"));

    private static CUresult Unregister(DeviceProgram program, void* host)
        => program.Call("cuMemHostUnregister", () => Allocation.Unregister(program.Machine, program.Context, host));
}

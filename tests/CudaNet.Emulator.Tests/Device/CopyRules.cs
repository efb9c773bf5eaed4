using CudaNet.Emulator.Device;
using Xunit;
using static CudaNet.Emulator.Tests.Device.DeviceProgram;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>Which copies wait for their stream, and when they read and write host memory.</summary>
public sealed unsafe class CopyRules
{
    [Fact]
    public void A_pinned_source_is_read_when_the_stream_gets_there()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        (ulong device, ulong pinned) = (program.Alloc(), program.Pinned());
        Host(pinned) = 1;
        Ok(program.CopyAsync(stream, device, pinned));
        Host(pinned) = 2;
        Ok(program.Synchronize(stream));
        Assert.Equal(2, program.Read(device));
    }

    [Fact]
    public void A_pageable_source_is_read_by_the_call_and_the_call_does_not_wait()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        ulong device = program.Alloc();
        Ok(program.Set(stream, device, 7));
        int value = 1;
        Ok(program.CopyAsync(stream, device, (ulong)&value));
        value = 2;
        Assert.True(stream.HasWork);
        Ok(program.Synchronize(stream));
        Assert.Equal(1, program.Read(device));
    }

    [Fact]
    public void A_pageable_destination_makes_the_call_wait()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        ulong device = program.Alloc();
        Ok(program.Set(stream, device, 7));
        int value = 0;
        Ok(program.CopyAsync(stream, (ulong)&value, device));
        Assert.Equal(7, value);
        Assert.False(stream.HasWork);
    }

    [Fact]
    public void A_pinned_destination_is_poison_until_the_copy_lands()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        (ulong device, ulong pinned) = (program.Alloc(), program.Pinned());
        Host(pinned) = 5;
        Ok(program.Set(stream, device, 7));
        Ok(program.CopyAsync(stream, pinned, device));
        Assert.Equal(-1, Host(pinned));
        Ok(program.Synchronize(stream));
        Assert.Equal(7, Host(pinned));
    }

    [Fact]
    public void A_pinned_buffer_that_goes_up_and_comes_down_in_one_stream_is_not_poisoned_between()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        (ulong device, ulong pinned) = (program.Alloc(), program.Pinned());
        Host(pinned) = 5;
        Ok(program.CopyAsync(stream, device, pinned));
        Ok(program.Add(stream, device, device, 1));
        Ok(program.CopyAsync(stream, pinned, device));
        Ok(program.Synchronize(stream));
        Assert.Equal(6, Host(pinned));
    }

    [Fact]
    public void Between_device_memory_no_copy_waits_on_the_host()
    {
        using var program = new DeviceProgram();
        (ulong a, ulong b) = (program.Alloc(), program.Alloc());
        Ok(program.Set(program.Legacy, a, 3));
        Ok(program.Copy(b, a));
        Assert.True(program.Legacy.HasWork);
        Assert.Equal(3, program.Read(b));
    }

    [Fact]
    public void A_synchronous_copy_waits_in_both_directions()
    {
        using var program = new DeviceProgram();
        (ulong device, ulong pinned) = (program.Alloc(), program.Pinned());
        Host(pinned) = 4;
        Ok(program.Copy(device, pinned));
        Assert.False(program.Legacy.HasWork);
        Host(pinned) = 0;
        Ok(program.Set(program.Legacy, device, 8));
        Ok(program.Copy(pinned, device));
        Assert.Equal(8, Host(pinned));
    }

    [Fact]
    public void From_host_to_host_every_copy_waits()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        (ulong from, ulong to) = (program.Pinned(), program.Pinned());
        Host(from) = 4;
        Ok(program.Set(stream, program.Alloc(), 1));
        Ok(program.CopyAsync(stream, to, from));
        Assert.Equal(4, Host(to));
        Assert.False(stream.HasWork);
    }

    [Fact]
    public void Memsets_of_device_memory_return_at_once_and_of_pinned_memory_wait()
    {
        using var program = new DeviceProgram();
        (ulong device, ulong pinned) = (program.Alloc(), program.Pinned());
        Ok(program.Call("cuMemsetD32_v2", () => Fills.Rows("cuMemsetD32_v2", program.Legacy, device, 0, 1, 4, 2, 1, isAsync: false)));
        Assert.True(program.Legacy.HasWork);
        Ok(program.Call("cuMemsetD32_v2", () => Fills.Rows("cuMemsetD32_v2", program.Legacy, pinned, 0, 6, 4, 2, 1, isAsync: false)));
        Assert.Equal(6, Host(pinned + 4));
    }

    [Fact]
    public void A_copy_of_nothing_succeeds_and_a_wrong_one_is_refused()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        ulong device = program.Alloc();
        int value = 0;
        Ok(program.CopyAsync(stream, 0, 0, bytes: 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.CopyAsync(stream, 0, device));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.CopyAsync(stream, (ulong)&value, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.CopyAsync(stream, (ulong)&value, device + 254));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.CopyAsync(stream, (ulong)&value, device + 300));
        Assert.Equal([FindingKind.OutOfBounds, FindingKind.OutOfBounds], program.Found);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Pageable_memory_in_an_asynchronous_copy_is_a_finding_where_asked_for(bool refuses)
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { RefusePageableAsync = refuses });
        int value = 1;
        Ok(program.CopyAsync(program.Stream(), program.Alloc(), (ulong)&value));
        Assert.Equal(refuses ? [FindingKind.Argument] : [], program.Found);
    }

    [Fact]
    public void Rows_are_copied_by_their_pitches()
    {
        using var program = new DeviceProgram();
        (ulong device, ulong pinned) = (program.Alloc(), program.Pinned());
        for (int i = 0; i < 64; i++)
        {
            Host(pinned + (ulong)(4 * i)) = i;
        }

        Ok(program.Call("cuMemcpy2DAsync_v2", () => Copies.Rows("cuMemcpy2DAsync_v2", program.Legacy, (device, 64), (pinned, 32), 8, 3, isAsync: true)));
        Assert.Equal(17, program.Read(device + 132));
        Assert.Equal(-1, program.Read(device + 136));
    }
}

using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Emulator.Tests.Device.DeviceProgram;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>Faults that stick, faults that are injected, and what still answers.</summary>
public sealed class FaultRules
{
    public static TheoryData<int> StickyKinds { get; } = [226, 700, 702, 710, 714, 715, 716, 717, 718, 719, 721, 810, 911];

    [Theory]
    [MemberData(nameof(StickyKinds))]
    public void The_work_that_faults_answers_nothing_and_every_later_call_answers_the_fault(int status)
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { Faults = [FaultInjection.OfOperation(2, status)] });
        var fault = (CUresult)status;
        EmulatedStream stream = program.Stream();
        EmulatedEvent recorded = program.Event();
        ulong a = program.Alloc();
        Ok(program.Set(stream, a, 1));
        Ok(program.Set(stream, a, 2));
        Ok(program.Record(recorded, stream));
        Assert.Equal(fault, program.Synchronize(stream));
        Assert.Equal(fault, program.Synchronize());
        Assert.Equal(fault, program.Query(stream));
        Assert.Equal(fault, program.Set(stream, a, 3));
        Assert.Equal(fault, program.Record(recorded, stream));
        Assert.Equal(fault, program.Copy(a, a));
        foreach (string call in (string[])["cuMemAlloc_v2", "cuStreamCreate", "cuEventCreate", "cuLaunchKernel", "cuModuleLoadDataEx", "cuMemcpyHtoD_v2"])
        {
            Assert.Equal(fault, program.Call(call, () => CUDA_SUCCESS));
        }

        foreach (string call in (string[])["cuCtxGetCurrent", "cuCtxGetDevice", "cuDeviceGetAttribute", "cuDriverGetVersion", "cuGetErrorName"])
        {
            Ok(program.Call(call, () => CUDA_SUCCESS));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(400)]
    [InlineData(500)]
    [InlineData(600)]
    [InlineData(701)]
    [InlineData(800)]
    [InlineData(801)]
    [InlineData(900)]
    [InlineData(906)]
    public void What_a_call_is_refused_with_does_not_stick(int status)
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { Faults = [FaultInjection.OfCall("cuMemAlloc_v2", 1, status)] });
        Assert.Equal((CUresult)status, program.Call("cuMemAlloc_v2", () => CUDA_SUCCESS));
        Ok(program.Call("cuMemAlloc_v2", () => CUDA_SUCCESS));
        Ok(program.Synchronize());
        Assert.Null(program.Context.Fault);
    }

    [Fact]
    public void In_a_faulted_context_releases_answer_the_fault_and_release()
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { Faults = [FaultInjection.OfOperation(1, 719)] });
        EmulatedStream stream = program.Stream();
        EmulatedEvent recorded = program.Event();
        (ulong device, ulong pinned) = (program.Alloc(), program.Pinned());
        Ok(program.Set(stream, device, 1));
        Assert.Equal(CUDA_ERROR_LAUNCH_FAILED, program.Synchronize(stream));
        Assert.Equal(CUDA_ERROR_LAUNCH_FAILED, program.Free(device));
        Assert.Equal(CUDA_ERROR_LAUNCH_FAILED, program.FreeHost(pinned));
        Assert.Equal(CUDA_ERROR_LAUNCH_FAILED, program.Call("cuStreamDestroy_v2", stream.Destroy));
        Assert.Equal(CUDA_ERROR_LAUNCH_FAILED, program.Call("cuEventDestroy_v2", recorded.Destroy));
        Ok(program.Call("cuDevicePrimaryCtxRelease_v2", program.Machine.Devices[0].ReleasePrimary));
        Assert.Empty(program.Machine.Leaks);
    }

    [Fact]
    public void An_allocation_fails_once_or_from_then_on()
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { Faults = [FaultInjection.OfAllocation(2), FaultInjection.OfAllocation(4, persistent: true)] });
        CUresult[] answers = [.. Enumerable.Range(0, 6).Select(i => program.Call(i % 2 == 0 ? "cuMemAlloc_v2" : "cuMemHostAlloc", () => CUDA_SUCCESS))];
        Assert.Equal([0, 2, 0, 2, 2, 2], answers.Select(answer => (int)answer));
    }

    [Fact]
    public void The_call_of_a_number_or_of_a_name_fails()
    {
        using var program = new DeviceProgram(initialise: false, options: new EmulatorOptions { Faults = [FaultInjection.OfCall(2), FaultInjection.OfCall("cuDeviceGet", 2, 101)] });
        program.Machine.IsInitialised = true;
        string[] calls = ["cuDeviceGet", "cuDeviceGetCount", "cuDeviceGetCount", "cuDeviceGet", "cuDeviceGet"];
        Assert.Equal([0, 999, 0, 101, 0], calls.Select(name => (int)program.Call(name, () => CUDA_SUCCESS)));
        Assert.Equal(calls, program.Machine.Calls.Names);
        Assert.Equal(5, program.Machine.Calls.Total);
        Assert.Equal(3, program.Machine.Calls.Count("cuDeviceGet"));
        Assert.Equal(2, program.Machine.Calls.ByName["cuDeviceGetCount"]);
    }

    [Theory]
    [InlineData(46)]
    [InlineData(999)]
    public void A_lost_device_stays_lost(int status)
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        program.Machine.Faults.Add(FaultInjection.OfDevice(program.Machine.Calls.Total + 2, status));
        Ok(program.Synchronize(stream));
        Assert.Equal((CUresult)status, program.Synchronize(stream));
        Assert.Equal((CUresult)status, program.Call("cuMemAlloc_v2", () => CUDA_SUCCESS));
        Ok(program.Machine.Devices[0].ReleasePrimary());
        Assert.Equal((CUresult)status, program.Machine.Devices[0].RetainPrimary(out _));
    }

    [Fact]
    public void A_failed_free_leaks_and_the_report_names_it()
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { Faults = [FaultInjection.OfCall("cuMemFree_v2")] });
        (ulong a, ulong b) = (program.Alloc(1000), program.Alloc(2000));
        Assert.Equal(CUDA_ERROR_UNKNOWN, program.Free(a));
        Ok(program.Free(b));
        Leak leak = Assert.Single(program.Machine.Leaks, l => l.Kind == LeakKind.DeviceMemory);
        Assert.Contains("cuMemAlloc_v2 (1000 bytes)", leak.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_that_faulted_is_named_once_among_the_findings()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        Ok(program.Enqueue(stream, new TestOperation("kernel 'bad'", _ => throw new DeviceFault(CUDA_ERROR_ASSERT, FindingKind.Trap, "kernel 'bad' trapped"))));
        Ok(program.Enqueue(stream, new TestOperation("never", _ => Assert.Fail("ran in a faulted context"))));
        Assert.Equal(CUDA_ERROR_ASSERT, program.Synchronize(stream));
        Assert.Equal(new Finding(FindingKind.Trap, "kernel 'bad' trapped"), Assert.Single(program.Machine.Findings));
        Assert.Equal("kernel 'bad' trapped", program.Context.Fault!.Cause);
    }
}

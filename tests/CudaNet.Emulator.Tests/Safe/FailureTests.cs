using CudaNet.Emulator.Exports;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Safe;

/// <summary>A failure names the call, its result and what it was about; a fault of the device is remembered with its cause.</summary>
public sealed class FailureTests
{
    [Fact]
    public void A_failed_call_is_named_with_its_result_and_its_arguments()
    {
        using SafeProgram program = new(FaultInjection.OfAllocation(1));
        CudaException exception = Assert.Throws<CudaException>(() => new DeviceMemory(program.Context, 4096));
        Assert.Equal(("cuMemAlloc_v2", "CUDA_ERROR_OUT_OF_MEMORY", 2, "4096 bytes on device 0"), (exception.Call, exception.Result, exception.Number, exception.Arguments));
        Assert.StartsWith("cuMemAlloc_v2(4096 bytes on device 0) answered CUDA_ERROR_OUT_OF_MEMORY (2)", exception.Message, StringComparison.Ordinal);
        Assert.Contains("smaller batch", exception.Hint, StringComparison.Ordinal);
        new DeviceMemory(program.Context, 4096).Dispose();
    }

    [Fact]
    public void A_result_that_nobody_knows_is_told_by_number()
    {
        using SafeProgram program = new(FaultInjection.OfCall("cuEventCreate", status: 987));
        Assert.Equal(("987", 987), Assert.Throws<CudaException>(() => new CudaEvent(program.Context)) is { } e ? (e.Result, e.Number) : default);
    }

    [Fact]
    public void Success_costs_no_memory_and_formats_nothing()
    {
        using SafeProgram program = new();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            program.Context.Check(CUresult.CUDA_SUCCESS, "cuMemAlloc_v2", $"{i} bytes on {program.Context.Device}");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(700, "CUDA_ERROR_ILLEGAL_ADDRESS")]
    [InlineData(702, "CUDA_ERROR_LAUNCH_TIMEOUT")]
    [InlineData(710, "CUDA_ERROR_ASSERT")]
    [InlineData(719, "CUDA_ERROR_LAUNCH_FAILED")]
    [InlineData(911, "CUDA_ERROR_EXTERNAL_DEVICE")]
    public void After_a_sticky_fault_every_call_tells_the_first_cause(int status, string name)
    {
        using SafeProgram program = new(FaultInjection.OfOperation(1, status));
        using DeviceMemory memory = new(program.Context, 16);
        program.Stream.Fill(1, memory);
        DeviceFaultedException first = Assert.Throws<DeviceFaultedException>(program.Stream.Synchronize);
        Assert.Equal(("cuStreamSynchronize", name, status, 0), (first.Call, first.Result, first.Number, first.Device));
        Assert.Same(first, program.Cuda.Devices[0].Fault);
        long calls = program.Machine.Calls.Total;
        Action[] later = [program.Stream.Synchronize, () => _ = new DeviceMemory(program.Context, 16), program.Context.MakeCurrent, () => _ = new CudaContext(program.Cuda.Devices[0])];
        foreach (Action call in later)
        {
            DeviceFaultedException refused = Assert.Throws<DeviceFaultedException>(call);
            Assert.Same(first, refused.InnerException);
            Assert.Equal(("cuStreamSynchronize", name, status), (refused.Call, refused.Result, refused.Number));
        }

        Assert.Equal(calls, program.Machine.Calls.Total);
        program.Stream.Dispose();
        memory.Dispose();
        program.Context.Dispose();
        program.ExpectedLeaks = program.Machine.Leaks.Count;
    }

    [Fact]
    public void A_failure_that_does_not_stick_leaves_the_device_usable()
    {
        using SafeProgram program = new(FaultInjection.OfCall("cuStreamSynchronize", status: 999));
        Assert.IsType<CudaException>(Record.Exception(program.Stream.Synchronize));
        Assert.Null(program.Cuda.Devices[0].Fault);
        program.Stream.Synchronize();
    }

    [Fact]
    public void A_machine_without_a_device_says_so()
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [] });
        CudaException exception = Assert.Throws<CudaException>(() => CudaLibraries.From(new DriverExportSource(13000)).Devices);
        Assert.Equal(("cuInit", 100), (exception.Call, exception.Number));
        Assert.Contains("nvidia-smi", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_tells_what_it_is()
    {
        using SafeProgram program = new();
        CudaDevice device = program.Cuda.Devices[0];
        Assert.NotEmpty(device.Name);
        Assert.Matches("^GPU-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", device.Uuid);
        Assert.Matches("^[0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}.0$", device.PciBusId);
        Assert.Equal(new Version(8, 0), device.ComputeCapability);
        (long free, long total) = program.Context.Memory;
        Assert.InRange(free, 1, total);
        Assert.Equal(new Version(13, 0), program.Cuda.DriverVersion);
    }

    [Theory]
    [InlineData(0, "CUDNN_STATUS_SUCCESS")]
    [InlineData(3, "CUDNN_STATUS_BAD_PARAM")]
    [InlineData(2000, "CUDNN_STATUS_BAD_PARAM")]
    [InlineData(9, "CUDNN_STATUS_NOT_SUPPORTED")]
    [InlineData(3000, "CUDNN_STATUS_NOT_SUPPORTED")]
    [InlineData(14, "CUDNN_STATUS_VERSION_MISMATCH")]
    [InlineData(3014, "CUDNN_STATUS_NOT_SUPPORTED_INVALID_DYNAMIC_SHAPE")]
    [InlineData(15, "15")]
    [InlineData(2999, "2999")]
    public void A_status_of_cudnn_is_named_in_both_numberings(int status, string name) => Assert.Equal(name, CudnnStatus.Name(null, status));

    [Fact]
    public void A_status_of_cudnn_is_judged_by_its_category_in_both_numberings()
    {
        int[] all = [.. Enumerable.Range(0, 15), .. Enumerable.Range(1000, 5000)];
        Assert.Equal(2 + 1000, all.Count(s => CudnnStatus.IsNotSupported((cudnnStatus_t)s)));
        Assert.Equal(2 + 1000, all.Count(s => CudnnStatus.IsBadParameter((cudnnStatus_t)s)));
        Assert.Equal([2, 2006, 4003, 4004], all.Where(s => CudnnStatus.IsOutOfMemory((cudnnStatus_t)s)));
        Assert.True(CudnnStatus.IsExecution((cudnnStatus_t)8) && CudnnStatus.IsExecution((cudnnStatus_t)5001) && !CudnnStatus.IsExecution((cudnnStatus_t)4003));
    }
}

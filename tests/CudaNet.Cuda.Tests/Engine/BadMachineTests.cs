using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Machines that cannot run the backend, or not all of it: one message that says what to do, and nothing left.</summary>
public sealed class BadMachineTests
{
    private const int UnsupportedPtx = 222;

    [Fact]
    public void A_machine_without_a_device_says_so()
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [] });
        CudaException refused = Assert.Throws<CudaException>(() => machine.Backend());
        Assert.Contains("CUDA_ERROR_NO_DEVICE", refused.Message, StringComparison.Ordinal);
        Assert.Contains("nvidia-smi", refused.Hint, StringComparison.Ordinal);
        machine.AssertClean();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_device_that_is_not_there_is_refused_with_how_many_there_are(int device)
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Ampere] });
        CudaNetException refused = Assert.Throws<CudaNetException>(() => machine.Backend(new CudaOptions { Device = device }));
        Assert.Equal(FormattableString.Invariant($"there is no CUDA device {device}: the driver shows 2"), refused.Message);
        Assert.Contains("CUDA_VISIBLE_DEVICES", refused.Hint, StringComparison.Ordinal);
        machine.AssertClean();
    }

    [Fact]
    public void Without_cudnn_the_backend_is_refused_by_name()
    {
        using EmulatedMachine machine = new();
        CudaLibraries libraries = CudaLibraries.From(machine.Libraries.Driver, machine.Libraries.Cublas, machine.Libraries.CublasLt);
        AssertMissing("cuDNN", new CudaOptions { Libraries = libraries });
        AssertMissing("cuDNN", new CudaOptions { Libraries = CudaLibraries.From(machine.Libraries.Driver) });
        machine.AssertClean();
    }

    [Fact]
    public void Without_cublas_the_kernels_run_and_cublas_is_refused_by_name()
    {
        using EmulatedMachine machine = new();
        CudaOptions options = new() { Libraries = CudaLibraries.From(machine.Libraries.Driver, cudnn: machine.Libraries.Cudnn) };
        using (Session session = SmallNetwork.Open(new CudaBackend(options)))
        {
            Assert.All(SmallNetwork.Run(session), v => Assert.True(float.IsFinite(v)));
        }

        AssertMissing("cuBLAS", options with { Linear = CudaLinear.Cublas });
        Assert.DoesNotContain(machine.Calls.Names, n => n.StartsWith("cublas", StringComparison.Ordinal));
        machine.AssertClean();
    }

    /// <summary>11.0 is the first driver that has all that is needed; what is newer is done without.</summary>
    [Theory]
    [InlineData(11000, true)]
    [InlineData(11010, true)]
    [InlineData(12040, true)]
    [InlineData(10020, false)]
    [InlineData(9000, false)]
    public void An_old_driver_runs_or_says_which_functions_it_lacks(int version, bool runs)
    {
        using EmulatedMachine machine = new(new EmulatorOptions { DriverVersion = version });
        if (runs)
        {
            using Session session = SmallNetwork.Open(machine.Backend());
            SmallNetwork.Run(session, 1, SmallNetwork.Observed);
        }
        else
        {
            CudaNetException refused = Assert.Throws<CudaNetException>(() => machine.Backend());
            Assert.Contains("the library does not export ", refused.Message, StringComparison.Ordinal);
            Assert.Contains("older than what CudaNet supports", refused.Hint, StringComparison.Ordinal);
        }

        machine.AssertClean();
    }

    [Fact]
    public void A_driver_whose_compiler_is_too_old_for_the_kernels_says_to_update_it()
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Faults = [FaultInjection.OfCall("cuModuleLoadDataEx", 1, UnsupportedPtx, persistent: true)] });
        CudaBackend backend = machine.Backend();
        using (Session session = SmallNetwork.Open(backend))
        {
            CudaException refused = Assert.Throws<CudaException>(() => SmallNetwork.Run(session));
            Assert.Contains("CUDA_ERROR_UNSUPPORTED_PTX_VERSION (222)", refused.Message, StringComparison.Ordinal);
            Assert.Contains("update the driver", refused.Hint, StringComparison.Ordinal);
        }

        machine.AssertClean();
    }

    [Fact]
    public void A_device_older_than_the_kernels_is_refused_with_what_they_need()
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Turing with { Major = 6, Minor = 1 }] });
        CudaNetException refused = Assert.Throws<CudaNetException>(() => SmallNetwork.Prepare(machine.Backend()));
        Assert.Equal("Float32 needs compute capability 7.5, and device 0 (Emulated Turing) has 6.1", refused.Message);
        Assert.NotNull(refused.Hint);
        machine.AssertClean();
    }

    [Theory]
    [InlineData(ArithmeticPrecision.Float32)]
    [InlineData(ArithmeticPrecision.Float16)]
    public void Without_any_workspace_it_works(ArithmeticPrecision precision)
    {
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend(new CudaOptions { WorkspaceLimitBytes = 0, Precision = precision });
        using (PreparedModel model = SmallNetwork.Prepare(backend))
        using (Session session = new(model))
        {
            float[] whole = SmallNetwork.Run(session, 3);
            Bits.AssertSame(whole, SmallNetwork.Run(session, 3, SmallNetwork.Observed).AsSpan(0, whole.Length), "with layers observed");
            PlanCost cost = backend.Measure(Planner.Plan(model.Graph, new TensorShape(3, 3, 8, 8), [], backend.Layout));
            Assert.All(cost.Choices, c => Assert.Equal(0, c.WorkspaceBytes));
        }

        machine.AssertClean();
    }

    [Fact]
    public void Limits_below_zero_are_refused()
    {
        using EmulatedMachine machine = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.Backend(new CudaOptions { WorkspaceLimitBytes = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.Backend(new CudaOptions { PinnedLimitBytes = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.Backend(new CudaOptions { DeviceLimitBytes = -1 }));
        machine.AssertClean();
    }

    private static void AssertMissing(string library, CudaOptions options)
    {
        CudaNetException refused = Assert.Throws<CudaNetException>(() => new CudaBackend(options));
        Assert.Equal($"{library} is not loaded", refused.Message);
        Assert.NotNull(refused.Hint);
    }
}

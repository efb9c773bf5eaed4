using CudaNet.Cli.SelfTest;
using CudaNet.Cli.Tests.Cuda;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>What a self-test makes of devices that lack something, calls that fail, faults, findings and leaks.</summary>
public sealed class SelfTestVerdictTests
{
    private static readonly Check[] Products = [.. ProductChecks.All().Where(c => c.Shape.Contains("3×33", StringComparison.Ordinal))];
    private static readonly Check[] Rows = [.. RowKernelChecks.All().Where(c => c.Shape == "5×33")];

    [Fact]
    public void What_a_device_does_not_do_is_told_apart_from_what_fails()
    {
        Check[] checks = [.. ConvolutionChecks.All().Where(c => c.Shape.Contains("2×5×9×7", StringComparison.Ordinal))];
        SelfTestReport report = Run(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere with { HasFusedConvolution = false }] }, checks);
        CheckResult[] fused = [.. report.Results.Where(r => r.Check.Name.Contains('+', StringComparison.Ordinal))];
        Assert.NotEmpty(fused);
        Assert.All(fused, r => Assert.Equal(Verdict.NotSupported, r.Outcome.Verdict));
        Assert.All(fused, r => Assert.Contains("cudnnConvolutionBiasActivationForward", r.Outcome.Reason, StringComparison.Ordinal));
        Assert.All(report.Results.Except(fused), r => Assert.True(r.Outcome.Verdict == Verdict.Ok, $"{r}"));
        Assert.Equal(ExitCode.Success, report.Code);
    }

    [Fact]
    public void A_device_without_bf16_says_so_and_runs_the_rest()
    {
        SelfTestReport report = Run(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Turing] }, [.. Rows, .. Products, .. BlockChecks.All()]);
        Assert.All(report.Results, r => Assert.Equal(
            (r.Check.Precision == "bf16" && !r.Check.Name.StartsWith("kernel", StringComparison.Ordinal)) || (r.Check.Precision == "tf32" && r.Check.Name.StartsWith("network", StringComparison.Ordinal))
                ? Verdict.NotSupported : Verdict.Ok,
            r.Outcome.Verdict));
        Assert.Equal(ExitCode.Success, report.Code);
    }

    [Fact]
    public void A_failing_call_fails_its_check_by_name_and_stops_no_other()
    {
        SelfTestReport report = Run(new EmulatorOptions { Faults = [FaultInjection.OfCall(nameof(CublasApi.cublasGemmEx), n: 3)] }, Products);
        CheckResult failed = Assert.Single(report.Results, r => r.Outcome.Verdict != Verdict.Ok);
        Assert.Equal((Verdict.Failed, "cuBLAS GemmEx", "tf32"), (failed.Outcome.Verdict, failed.Check.Name, failed.Check.Precision));
        Assert.Contains("cublasGemmEx", failed.Outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BeyondTolerance, report.Code);
        using StringWriter text = new();
        report.WriteText(text);
        Assert.Contains("FAILED", text.ToString(), StringComparison.Ordinal);
        Assert.Contains($"{report.Results.Count - 1} ok, 1 failed, 0 not supported, 0 not run", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_fault_of_the_device_the_rest_is_not_run_and_says_the_first_cause()
    {
        SelfTestReport report = Run(new EmulatorOptions { Faults = [FaultInjection.OfOperation(40)] }, Rows);
        int first = report.Results.Select(r => r.Outcome.Verdict).ToList().IndexOf(Verdict.Failed);
        Assert.InRange(first, 1, Rows.Length - 2);
        Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS", report.Results[first].Outcome.Reason, StringComparison.Ordinal);
        Assert.All(report.Results.Skip(first + 1).Take(Rows.Length - first - 1), r => Assert.Equal(Verdict.NotRun, r.Outcome.Verdict));
        Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS", report.Results[^3].Outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BeyondTolerance, report.Code);
    }

    [Fact]
    public void What_the_emulator_finds_and_what_leaks_are_failures_although_the_values_are_right()
    {
        DeviceMemory? lost = null;
        Check[] checks =
        [
            new("leak", "-", "-", device =>
            {
                lost = new DeviceMemory(device.Context, 64);
                return Outcome.Expect(true, "");
            }),
            new("free in use", "-", "-", device =>
            {
                DeviceMemory memory = new(device.Context, 64);
                device.Stream.Fill((byte)1, memory);
                memory.Dispose();
                return Outcome.Expect(true, "");
            }),
        ];
        using EmulatedMachine machine = new();
        SelfTestReport report = SelfTests.OnEmulated(machine, [.. checks, .. Rows], TestContext.Current.CancellationToken);
        string[] failed = [.. report.Results.Where(r => r.Outcome.Verdict == Verdict.Failed).Select(r => r.Check.Name)];
        Assert.Contains("free in use", failed);
        Assert.Contains("the emulator found nothing wrong", failed);
        Assert.Contains("the emulator got everything back", failed);
        lost!.Dispose();
    }

    [Fact]
    public void Measuring_launches_again_and_changes_no_verdict()
    {
        using EmulatedMachine machine = new();
        using CudaContext context = EmulatedDevices.Open(machine);
        using TestDevice device = new(context);
        Check[] checks = [.. Rows.Where(c => c.Precision == "fp16"), .. Products.Where(c => c.Precision == "fp16")];
        IReadOnlyList<CheckResult> results = new CheckRun(device, () => null, measure: true).Run(checks, TestContext.Current.CancellationToken);
        Assert.All(results, r => Assert.True(r.Outcome.Verdict == Verdict.Ok && r.Milliseconds >= 0, $"{r}"));
        Assert.Equal(12 * checks.Length, machine.Calls.Count(nameof(DriverApi.cuGraphLaunch)));
        Assert.Empty(machine.Findings);
    }

    [Fact]
    public void A_bound_takes_what_is_within_and_neither_a_little_more_nor_NaN()
    {
        Bound kernel = Bound.Kernel(StoragePrecision.Float32), half = Bound.Kernel(StoragePrecision.Float16);
        Assert.Equal(Verdict.Ok, kernel.Judge([1.0, 0.0], [1f, 9e-7f]).Verdict);
        Assert.Equal(Verdict.Failed, kernel.Judge([1.0, 0.0], [1f, 1.1e-6f]).Verdict);
        Assert.Equal(Verdict.Failed, kernel.Judge([1.0, 0.0], [float.NaN, 0]).Verdict);
        Assert.Equal(Verdict.Ok, half.Judge([1.0, 0.0], [1 + (1f / 1024), 0]).Verdict);
        Assert.Equal(Verdict.Failed, half.Judge([1.0, 0.0], [1 + (3f / 1024), 0]).Verdict);
        Assert.Equal(Verdict.Failed, Bound.Exact.Judge([1.0], [MathF.BitIncrement(1)]).Verdict);
        Outcome worst = kernel.Judge([2.0, 0.5, 0.25], [2f, 0.75f, 0.25f]);
        Assert.Equal((0.125, 1e-6), (worst.Error, worst.Bound));
        Assert.Equal("element 1 is 0.75, expected 0.5; 1 of 3 are beyond", worst.Reason);
    }

    private static SelfTestReport Run(EmulatorOptions options, IReadOnlyList<Check> checks)
    {
        using EmulatedMachine machine = new(options);
        return SelfTests.OnEmulated(machine, checks, TestContext.Current.CancellationToken);
    }
}

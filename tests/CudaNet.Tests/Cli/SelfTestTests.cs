using CudaNet.Cli;
using CudaNet.Cli.SelfTest;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using CudaNet.Kernels.Cuda.Steps;
using CudaNet.Tests.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cli;

/// <summary><c>cudanet selftest</c>: it passes where all is well, and names what is not.</summary>
public sealed class SelfTestTests
{
    private static readonly Check[] Products = [.. ProductChecks.All().Where(c => c.Shape.Contains("3×33", StringComparison.Ordinal))];
    private static readonly Check[] Rows = [.. RowKernelChecks.All().Where(c => c.Shape == "5×33")];

    [Fact]
    public void The_emulated_device_passes_every_check_and_the_manual_has_every_field()
    {
        using TemporaryFolder folder = new();
        string file = folder.File("selftest.json");
        Tool tool = Tool.Run("selftest", "--backend", "emulated", "--seed", "5", "--json", "--output", file);
        Assert.Equal((ExitCode.Success, ""), (tool.Code, tool.Error));
        Assert.Equal(tool.Out, File.ReadAllText(file));
        Assert.True(tool.Json.GetProperty("passed").GetBoolean());
        Assert.All(tool.Json.GetProperty("checks").EnumerateArray(), c => Assert.Equal("ok", c.GetProperty("verdict").GetString()));
        Assert.Equal(tool.Json.GetProperty("checks").GetArrayLength(), tool.Json.GetProperty("ok").GetInt32());
        string manual = File.ReadAllText(Repository.File("docs/cli.md"));
        Assert.All(ManualTests.Fields(tool.Json).Distinct(), f => Assert.Contains($"`{f}`", manual, StringComparison.Ordinal));
    }

    /// <summary>With cuDNN 8; the command's default is 9.</summary>
    [Fact]
    public void Every_kernel_is_launched_and_every_call_of_the_floor_is_made()
    {
        using EmulatedMachine machine = new(new EmulatorOptions { CudnnVersion = EmulatedDevices.Cudnn8 });
        SelfTestReport report = SelfTests.OnEmulated(machine, AllChecks.List, TestContext.Current.CancellationToken);
        Assert.All(report.Results, r => Assert.True(r.Outcome.Verdict == Verdict.Ok, $"{r}"));
        string[] groups = ["preprocessing", "layout", "epilogue", "pooling", "linear", "bias", "softmax", "topk"];
        string[] kernels = [.. groups.SelectMany(g => Kernels(KernelSet.Ptx("sm_80", g)))];
        Assert.True(kernels.Length > 50, $"{kernels.Length} kernels");
        Assert.Empty(kernels.Except(machine.Operations.Operations.Select(o => o.Name)));
        string[] calls =
        [
            nameof(DriverApi.cuMemcpyHtoDAsync_v2), nameof(DriverApi.cuMemcpyDtoHAsync_v2), nameof(DriverApi.cuMemcpyDtoDAsync_v2), nameof(DriverApi.cuMemcpyHtoD_v2),
            nameof(DriverApi.cuMemcpyDtoH_v2), nameof(DriverApi.cuMemsetD8Async), nameof(DriverApi.cuMemsetD32Async), nameof(DriverApi.cuEventElapsedTime),
            nameof(DriverApi.cuStreamWaitEvent), nameof(DriverApi.cuLaunchHostFunc), nameof(DriverApi.cuStreamEndCapture), nameof(DriverApi.cuGraphUpload),
            nameof(DriverApi.cuGraphLaunch), nameof(DriverApi.cuGraphExecUpdate_v2), nameof(CublasApi.cublasSgemm_v2), nameof(CublasApi.cublasGemmEx),
            nameof(CublasApi.cublasGemmStridedBatchedEx), nameof(CublasLtApi.cublasLtMatmulAlgoGetHeuristic), nameof(CublasLtApi.cublasLtMatmul),
            nameof(CudnnApi.cudnnGetConvolutionForwardAlgorithm_v7), nameof(CudnnApi.cudnnFindConvolutionForwardAlgorithmEx), nameof(CudnnApi.cudnnConvolutionForward),
            nameof(CudnnApi.cudnnConvolutionBiasActivationForward), nameof(CudnnApi.cudnnPoolingForward), nameof(CudnnApi.cudnnActivationForward),
            nameof(CudnnApi.cudnnSoftmaxForward), nameof(CudnnApi.cudnnAddTensor), nameof(CudnnApi.cudnnTransformTensor),
        ];
        Assert.Empty(calls.Except(machine.Calls.ByName.Keys));
    }

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
            r.Check.Precision == "bf16" && !r.Check.Name.StartsWith("kernel", StringComparison.Ordinal) ? Verdict.NotSupported : Verdict.Ok, r.Outcome.Verdict));
        Assert.Equal(ExitCode.Success, report.Code);
    }

    [Fact]
    public void A_failing_call_fails_its_check_by_name_and_stops_no_other()
    {
        SelfTestReport report = Run(new EmulatorOptions { Faults = [FaultInjection.OfCall(nameof(CublasApi.cublasGemmEx), n: 2)] }, Products);
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

    [Fact]
    public void Without_the_device_it_says_why_in_the_loaders_words()
    {
        CudaLibraries? cuda = CudaLibraries.TryLoad(null, out IReadOnlyList<LibraryReport> reports);
        Tool tool = Tool.Run("selftest", "--backend", "cuda:99");
        Assert.Equal((ExitCode.BadInput, ""), (tool.Code, tool.Out));
        Assert.StartsWith("error: ", tool.Error, StringComparison.Ordinal);
        if (cuda is null)
        {
            Assert.Contains(Printable.Text(reports[0].WhyNot!), tool.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Cancelling_ends_it_before_the_next_check() =>
        Assert.Equal(ExitCode.Cancelled, Tool.Run(["selftest", "--backend", "emulated"], new CancellationToken(canceled: true)).Code);

    private static SelfTestReport Run(EmulatorOptions options, IReadOnlyList<Check> checks)
    {
        using EmulatedMachine machine = new(options);
        return SelfTests.OnEmulated(machine, checks, TestContext.Current.CancellationToken);
    }

    private static IEnumerable<string> Kernels(string ptx) =>
        ptx.Split('\n').Where(l => l.Contains(".entry ", StringComparison.Ordinal)).Select(l => l.Split(".entry ")[1].Split('(', ' ')[0]);
}

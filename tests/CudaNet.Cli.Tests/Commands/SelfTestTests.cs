using CudaNet.Cli.SelfTest;
using CudaNet.Cli.Tests.Cuda;
using CudaNet.Emulator;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Launchers;
using CudaNet.Kernels.Cuda.Native;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>cudanet selftest</c>: it passes where all is well, and names what is not.</summary>
public sealed class SelfTestTests
{
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
        Assert.Empty(kernels.Select(k => $"kernel '{k}'").Except(machine.Operations.Operations.Select(o => o.Name)));
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
    public void Without_the_device_it_says_why_in_the_loaders_words()
    {
        CudaLibraries? cuda = CudaLibraries.TryLoad(null, out IReadOnlyList<LibraryReport> reports);
        Tool tool = Tool.Run("selftest", "--backend", "cuda:99");
        Assert.Equal((ExitCode.BadInput, ""), (tool.Code, tool.Out));
        Assert.StartsWith("error: ", tool.Error, StringComparison.Ordinal);
        if (cuda is null)
        {
            Assert.Contains(reports[0].WhyNot!, tool.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Cancelling_ends_it_before_the_next_check() =>
        Assert.Equal(ExitCode.Cancelled, Tool.Run(["selftest", "--backend", "emulated"], new CancellationToken(canceled: true)).Code);

    private static IEnumerable<string> Kernels(string ptx) =>
        ptx.Split('\n').Where(l => l.Contains(".entry ", StringComparison.Ordinal)).Select(l => l.Split(".entry ")[1].Split('(', ' ')[0]);
}

using System.Text.Json;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>profile</c>: what it measures, and that it prints no time that no GPU gave.</summary>
public sealed class ProfileTests
{
    private const string ATime = @"\d *(ms|µs|s|images/s|queries/s)\b";
    private static readonly string Model = Repository.Data("checkpoints/training.pth");
    private static readonly string[] TimeFields =
    [
        "passes", "warmUpMs", "queriesPerSecond", "imagesPerSecond", "hostWalltimeMs", "totalComputeMs", "latencyMs", "enqueueMs", "toDeviceMs", "computeMs", "toHostMs", "hostLatencyMs",
    ];

    [Theory]
    [InlineData("fp32", "none", 0)]
    [InlineData("fp16", "one", 1)]
    public void An_emulated_device_runs_its_passes_and_gets_no_times(string precision, string observed, int layers)
    {
        string[] line = ["profile", Model, "--backend", "emulated", "--precision", precision, "--input", "32x32", "--batch", "2", "--observe", observed];
        Tool tool = Tool.Run(line);
        Assert.Equal((ExitCode.Success, ""), (tool.Code, tool.Error));
        Assert.Contains("\nequal bits over 3 passes\nno time is printed: an emulated device has no times\n", tool.Out, StringComparison.Ordinal);
        Assert.DoesNotMatch(ATime, tool.Out);
        JsonElement json = Tool.Run([.. line, "--repeat", "2", "--json"]).Json;
        Assert.All(TimeFields, f => Assert.Equal(JsonValueKind.Null, json.GetProperty(f).ValueKind));
        Assert.Equal((2, layers, precision), (json.GetProperty("repeats").GetInt32(), json.GetProperty("observedLayers").GetInt32(), json.GetProperty("precision").GetString()));
        Assert.True(json.GetProperty("equalBits").GetBoolean());
        Assert.True(json.GetProperty("weightsInCache").GetBoolean());
        Assert.Equal("an emulated device has no times", json.GetProperty("whyNoTimes").GetString());
    }

    [Fact]
    public void A_cpu_has_the_hosts_times_and_the_file_has_what_is_printed()
    {
        using TemporaryFolder folder = new();
        string file = folder.File("row.json");
        Tool tool = Tool.Run("profile", Model, "--input", "32x32", "--observe", "all", "--repeat", "3", "--warm-up", "0", "--duration", "10", "--runs", "5", "--json", "-o", file);
        Assert.Equal((ExitCode.Success, ""), (tool.Code, tool.Error));
        Assert.Equal(tool.Out, File.ReadAllText(file));
        JsonElement json = tool.Json;
        Assert.True(json.GetProperty("passes").GetInt32() >= 5);
        Assert.True(json.GetProperty("hostWalltimeMs").GetDouble() >= 10);
        JsonElement host = json.GetProperty("hostLatencyMs");
        Assert.True(host.GetProperty("min").GetDouble() <= host.GetProperty("median").GetDouble() && host.GetProperty("p90").GetDouble() <= host.GetProperty("max").GetDouble());
        Assert.Equal(TestModels.Tiny().Graph.Layers.Count(), json.GetProperty("observedLayers").GetInt32());
        Assert.All(["device", "whyNoTimes", "weightsInCache", "totalComputeMs", "latencyMs", "enqueueMs", "toDeviceMs", "computeMs", "toHostMs"], f => Assert.Equal(JsonValueKind.Null, json.GetProperty(f).ValueKind));
        string manual = File.ReadAllText(Repository.File("docs/cli.md"));
        Assert.All(ManualTests.Fields(json).Distinct(), f => Assert.Contains($"`{f}`", manual, StringComparison.Ordinal));
    }

    [Fact]
    public void Offline_counts_the_passes_of_all_lanes()
    {
        string[] line = ["profile", Model, "--input", "32x32", "--batch", "3", "--scenario", "offline", "--lanes", "3", "--repeat", "2", "--warm-up", "0", "--duration", "0", "--runs", "7"];
        Tool tool = Tool.Run(line);
        Assert.Equal((ExitCode.Success, ""), (tool.Code, tool.Error));
        Assert.Matches(@"\nequal bits over 2 passes on each of 3 lanes\n.* passes measured, several in flight, (.*\n)+Offline: .* images/s, batch 3, 3 lanes\n", tool.Out);
        JsonElement json = Tool.Run([.. line, "--json"]).Json;
        Assert.True(json.GetProperty("passes").GetInt32() >= 7);
        Assert.Equal(("offline", 3, "host"), (json.GetProperty("scenario").GetString(), json.GetProperty("lanes").GetInt32(), json.GetProperty("binding").GetString()));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("hostLatencyMs").ValueKind);
    }

    [Theory]
    [InlineData("single-stream", "device", "none", "one launch of a graph of ")]
    [InlineData("offline", "device", "none", "one launch of a graph of ")]
    [InlineData("offline", "images", "one", "one launch of a graph of ")]
    [InlineData("offline", "device", "one", "call by call: Graph is Off")]
    public void Lanes_of_every_binding_have_equal_bits(string scenario, string binding, string observed, string passes)
    {
        string[] graph = passes.StartsWith("call", StringComparison.Ordinal) ? ["--graph", "off"] : [];
        Tool tool = Tool.Run(["profile", Model, "--backend", "emulated", "--input", "32x32", "--scenario", scenario, "--binding", binding, "--observe", observed, .. graph, "--json"]);
        Assert.Equal((ExitCode.Success, ""), (tool.Code, tool.Error));
        Assert.True(tool.Json.GetProperty("equalBits").GetBoolean());
        Assert.StartsWith(passes, tool.Json.GetProperty("passText").GetString(), StringComparison.Ordinal);
        Assert.All(TimeFields, f => Assert.Equal(JsonValueKind.Null, tool.Json.GetProperty(f).ValueKind));
    }

    [Theory]
    [InlineData("--lanes goes with --scenario offline", "--lanes", "2")]
    [InlineData("the cpu backend has no --binding device: it is for GPUs", "--binding", "device")]
    public void What_goes_with_nothing_is_refused(string expected, params string[] options)
    {
        Tool tool = Tool.Run(["profile", Model, .. options]);
        Assert.Equal(ExitCode.Usage, tool.Code);
        Assert.Contains(expected, tool.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_has_trtexecs_words()
    {
        Tool tool = Tool.Run("profile", Model, "--input", "32x32", "--batch", "3", "--repeat", "2", "--warm-up", "0", "--duration", "0", "--runs", "3");
        Assert.Equal((ExitCode.Success, ""), (tool.Code, tool.Error));
        Assert.Matches(@"\nequal bits over 2 passes\n3 passes measured, (.*\n)+Throughput: .* queries/s, .* images/s\nTotal Host Walltime: .* s\n\nms .*\nHost Latency .*\n\nSingleStream: p90 .* ms, batch 3\n", tool.Out);
        Assert.DoesNotContain("GPU", tool.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_GPU_has_every_field_and_is_warned_of()
    {
        PassTimes[] device = [.. Enumerable.Range(0, 100).Select(i => new PassTimes(1, 1 + (i % 2), 0.25, 1.5))];
        MeasuredTimes times = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2), 100, [.. Enumerable.Range(1, 100).Select(i => (double)i)], device);
        using StringWriter output = new() { NewLine = "\n" };
        ProfileText.Write(new CliContext(output, TextWriter.Null), Profile(times));
        string[] expected =
        [
            "backend              cuda:0, Some GPU, compute capability 9.0", "libraries            driver for CUDA 13.0, cuDNN 9.19.0", "weights L2-resident  no, L2 has 2,048 bytes (0.0 MiB)", "ECC                  yes", "equal bits over 100 passes",
            "Throughput: 50 queries/s, 50 images/s", "Total Host Walltime: 2 s", "Total GPU Compute Time: 0.15 s", "Latency           2.25  3.25  2.75    2.75  3.25  3.25  3.25", "Enqueue Time       1.5   1.5   1.5     1.5   1.5   1.5   1.5",
            "H2D Latency          1     1     1       1     1     1     1", "GPU Compute Time     1     2   1.5     1.5     2     2     2", "D2H Latency       0.25  0.25  0.25    0.25  0.25  0.25  0.25", "Host Latency         1   100  50.5    50.5    90    95    99",
            "SingleStream: p90 90 ms, p50 50.5 ms, p95 95 ms, p99 99 ms, min 1 ms, max 100 ms, mean 50.5 ms, batch 1", "warning: queueing takes more than 0.8 of the GPU's time: the host bounds the throughput",
            "warning: the GPU compute time varies by 33.3 %, more than 2.5 %: lock the clocks (nvidia-smi --lock-gpu-clocks)",
        ];
        Assert.All(expected, line => Assert.Contains(line, output.ToString().Split('\n')));
        Assert.DoesNotContain("the copies take", output.ToString(), StringComparison.Ordinal);
        MeasuredTimes copying = new(TimeSpan.Zero, TimeSpan.FromSeconds(1), 2, [2, 2], [new PassTimes(1, 2, 1, 0.1), new PassTimes(1, 2, 1, 0.1)]);
        Assert.Equal("the copies take as long as the computing or longer: the bus bounds the throughput", Assert.Single(copying.Warnings));
    }

    [Fact]
    public void Different_bits_are_found_and_end_with_1()
    {
        float[] values = new float[3 * 32 * 32];
        using Model model = TestModels.Tiny();
        using Session session = new(model, new CpuBackend());
        Tensor input = new(new TensorShape(1, 3, 32, 32), values);
        using HostLane lane = new(session, input, session.Select([]), TestContext.Current.CancellationToken);
        int outputs = (int)session.OutputShape(input.Shape).ElementCount;
        Assert.True(PassBits.AreEqual([lane], outputs, 3));
        using ObserverHandle spoils = session.Observe("fc", (in Observation _) => values[0]++);
        Assert.False(PassBits.AreEqual([lane], outputs, 3));
        PassProfile profile = Profile(null) with { EqualBits = false };
        Assert.Equal(ExitCode.BeyondTolerance, profile.Code);
        using StringWriter output = new();
        ProfileText.Write(new CliContext(output, TextWriter.Null), profile);
        Assert.Contains("BITS DIFFER within 100 passes", output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Nothing is recorded or asked where nobody measures; a pass given up reports nothing.</summary>
    [Theory]
    [InlineData(256L << 20)]
    [InlineData(0)]
    public void Passes_are_measured_one_by_one_and_only_where_somebody_asks(long pinned)
    {
        using Model model = TestModels.Tiny();
        Tensor input = new(new TensorShape(1, 3, 32, 32), new float[3 * 32 * 32]);
        using EmulatedMachine machine = new();
        List<PassTimes> times = [];
        CudaOptions options = new() { Libraries = machine.Libraries.Load(), PinnedLimitBytes = pinned };
        Tensor plain, measured;
        using (Session session = new(model, new CudaBackend(options)))
        {
            plain = session.Predict(input);
        }

        Assert.DoesNotContain("cuEventElapsedTime", machine.Calls.ByName.Keys);
        using (Session session = new(model, new CudaBackend(options with { PassMeasured = times.Add })))
        {
            measured = session.Predict(input);
            using (InferenceRun run = session.Start(input, ["conv1", "fc"]))
            {
                Assert.True(run.Next(out _));
            }

            session.Extract(input, ["conv1", "fc"]);
        }

        Assert.Equal(2, times.Count);
        Assert.All(times, t => Assert.True(t is { ToDevice: >= 0, Compute: >= 0, ToHost: >= 0, Enqueue: > 0 }));
        Assert.Equal(plain.Values.ToArray(), measured.Values.ToArray());
        Assert.Empty(machine.Findings);
        Assert.Empty(machine.Leaks);
    }

    /// <summary>Whatever its name says.</summary>
    [Fact]
    public void Every_emulated_device_is_known_as_one()
    {
        EmulatedDeviceProfile[] profiles =
        [
            EmulatedDeviceProfile.Turing, EmulatedDeviceProfile.GeForceGtx16, EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Hopper, EmulatedDeviceProfile.Blackwell,
            EmulatedDeviceProfile.Hopper with { Name = "NVIDIA H100 PCIe" },
        ];
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = profiles });
        Assert.All(machine.Libraries.Load().Devices, d => Assert.True(d.IsEmulated(), d.Name));
    }

    internal static PassProfile Profile(MeasuredTimes? times) => new(
        new ProfiledMachine("cuda:0", "Some GPU, compute capability 9.0", "GPU-0", "13.0", "9.19.0", "fp16", 2048, HasEcc: true, IsEmulated: times is null),
        new PassSettings(SingleStream.Name, 1, PassPlan.Host, "on", IsFused: false, "checked", "one launch of a graph of 63 nodes"), new TensorShape(1, 3, 32, 32), "none", 0, 4096, 100, EqualBits: true, times);
}

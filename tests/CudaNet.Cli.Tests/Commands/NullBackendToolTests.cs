using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>How the tool uses a backend, on one that computes nothing: what it asks for, what it does with the answers, what it gives back.</summary>
public sealed class NullBackendToolTests : IDisposable
{
    private const int Images = 5;
    private static readonly string Checkpoint = Repository.Data("checkpoints/zip.pth");
    private readonly TemporaryFolder _folder = new();
    private readonly NullBackend _backend = new();

    public void Dispose()
    {
        _folder.Dispose();
        _backend.Ledger.AssertClean();
    }

    [Fact]
    public void Features_writes_each_layer_of_each_run_in_order()
    {
        string output = _folder.File("features.npz");
        Tool tool = Run(CancellationToken.None, "features", Checkpoint, WriteInput(), "--layer", "all", "--layer", "input", "--batch", "1", "-o", output);
        Assert.True(tool.Code == ExitCode.Success, tool.Error);
        IReadOnlyDictionary<string, NpyArray> arrays = NpyArray.ReadArchive(output);
        LayerGraph graph = ResNet.Build(TestModels.TinyConfig);
        foreach (LayerNode layer in graph.Nodes)
        {
            float[] values = arrays[layer.Name].ToFloats();
            int each = values.Length / Images;
            for (int image = 0; image < Images; image++)
            {
                Assert.Equal(NullValues.Expected(layer.Index, each, image), values.AsSpan(image * each, each).ToArray());
            }
        }

        Assert.Equal(arrays[graph.Output.Name].ToFloats(), arrays["predictions"].ToFloats());
        Assert.Equal((1, 1, Images), (_backend.Ledger.Prepared.Value, _backend.Ledger.Loads.Value, _backend.Ledger.Started.Value));
    }

    [Fact]
    public void A_run_that_is_cancelled_half_way_leaves_no_file_and_nothing_in_flight()
    {
        using CancellationTokenSource source = new();
        Directory.CreateDirectory(_folder.File("out"));
        Gate gate = new("layer2.0.act2", first: 2);
        _backend.Gate = gate;
        using Timer cancel = new(_ =>
        {
            gate.AwaitArrival();
            source.Cancel();
            gate.Open();
        });
        cancel.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        Tool tool = Run(source.Token, "features", Checkpoint, WriteInput(), "--layer", "layer3", "--batch", "1", "-o", _folder.File("out/f.npz"));
        Assert.Equal(ExitCode.Cancelled, tool.Code);
        Assert.Empty(Directory.GetFiles(_folder.File("out")));
        Assert.Equal(3, _backend.Ledger.Started.Value);
    }

    [Fact]
    public void Classify_runs_each_batch_once_and_observes_nothing()
    {
        Tool tool = Run(CancellationToken.None, "classify", Checkpoint, WriteInput(), "--batch", "2", "--json");
        Assert.True(tool.Code == ExitCode.Success, tool.Error);
        Assert.Equal(Images, tool.Json.GetProperty("predictions").GetArrayLength());
        Assert.Equal((3, 2), (_backend.Ledger.Started.Value, _backend.Ledger.Loads.Value));
    }

    [Fact]
    public void Explain_shows_what_was_chosen_for_each_step_or_why_not()
    {
        System.Text.Json.JsonElement json = Run(CancellationToken.None, "explain", Checkpoint, "--json").Json;
        Assert.All(json.GetProperty("steps").EnumerateArray(), s => Assert.Equal("nothing", s.GetProperty("algorithm").GetString()));
        NullBackend failing = new(new NullOptions(FailingLoad: 1));
        Tool tool = Tool.Run(["explain", Checkpoint], CancellationToken.None, failing);
        Assert.Equal(ExitCode.Success, tool.Code);
        Assert.Contains("algorithms: not chosen, ", tool.Out, StringComparison.Ordinal);
        Assert.Equal(0, _backend.Ledger.Prepared.Value);
        failing.Ledger.AssertClean();
    }

    private Tool Run(CancellationToken cancellation, params string[] args) => Tool.Run(args, cancellation, _backend);

    /// <summary>Images whose first values are 0, 1, 2 …</summary>
    private string WriteInput()
    {
        string path = _folder.File("input.npy");
        TensorShape shape = new(Images, 3, 40, 52);
        float[] values = [.. Enumerable.Range(0, Images).SelectMany(i => NullValues.Expected(0, 3 * 40 * 52, i))];
        using FeatureWriter writer = new(path, [.. Enumerable.Range(0, Images).Select(i => $"{i}")], [new FeatureArray("input", shape)]);
        writer.Append("input", values);
        writer.Complete();
        return path;
    }
}

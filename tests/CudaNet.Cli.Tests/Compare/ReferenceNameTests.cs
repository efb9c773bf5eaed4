using System.Text.Json;
using CudaNet.Cli.Tests.Commands;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Compare;

/// <summary>Which layer a tensor of a reference file is: by its name, and by its values where the name misleads.</summary>
public sealed class ReferenceNameTests : IDisposable
{
    private readonly RecordedModel _model = new(TestModels.TinyConfig);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Layers_aliases_and_scopes_are_taken_by_their_names()
    {
        Dictionary<string, Tensor> named = new()
        {
            ["input"] = _model.Values["input"],
            ["conv1"] = _model.Values["conv1"],
            ["relu"] = _model.Values["act1"],
            ["layer4"] = _model.Values["layer4.0.act2"],
            ["layer2.0"] = _model.Values["layer2.0.act2"],
            ["layer2.0.downsample"] = _model.Values["layer2.0.downsample.1"],
            ["logits"] = _model.Values["fc"],
        };
        Tool tool = _model.Compare(named, "--json");
        Assert.True(tool.Code == ExitCode.Success, tool.Out + tool.Error);
        Assert.Equal(["conv1", "act1", "layer2.0.downsample.1", "layer2.0.act2", "layer4.0.act2", "fc"], Rows(tool).Select(r => Text(r, "name")));
        Assert.Empty(tool.Json.GetProperty("unknown").EnumerateArray());
    }

    [Theory]
    [InlineData("model.")]
    [InlineData("outputs.")]
    [InlineData("module.backbone.resnet.")]
    public void A_prefix_that_the_names_share_is_passed_over(string prefix)
    {
        Tool tool = _model.Compare(_model.Values.Select(v => KeyValuePair.Create(v.Key == "input" ? v.Key : prefix + v.Key, v.Value)), "--json");
        Assert.True(tool.Code == ExitCode.Success, tool.Out + tool.Error);
        Assert.Equal(_model.Graph.Layers.Count(), Rows(tool).Length);
        Assert.Empty(tool.Json.GetProperty("missing").EnumerateArray());
        Assert.All(Rows(tool), r => Assert.Equal(prefix + Text(r, "name"), Text(r, "stored")));
    }

    /// <summary>A head of the same name behind another module is no layer of this network.</summary>
    [Fact]
    public void A_prefix_of_a_few_names_is_none()
    {
        Dictionary<string, Tensor> values = new(_model.Values) { ["projector.fc"] = _model.Values["conv1"] };
        Tool tool = _model.Compare(values, "--json");
        Assert.Equal(ExitCode.Success, tool.Code);
        Assert.Equal(["projector.fc"], tool.Json.GetProperty("unknown").EnumerateArray().Select(u => u.GetString()));
    }

    [Fact]
    public void Extents_of_one_behind_the_channels_are_no_other_shape()
    {
        Tensor pooled = _model.Values["global_pool"];
        Dictionary<string, Tensor> values = new()
        {
            ["input"] = _model.Values["input"],
            ["avgpool"] = new Tensor(new TensorShape(2, 32, 1, 1), pooled.Memory),
            ["flatten"] = pooled,
            ["fc"] = new Tensor(new TensorShape(2, 5, 1, 1), _model.Values["fc"].Memory),
        };
        Tool tool = _model.Compare(values, "--json");
        Assert.True(tool.Code == ExitCode.Success, tool.Out + tool.Error);
        Assert.Equal(["avgpool", "flatten", "fc"], Rows(tool).Select(r => Text(r, "stored")));
        values["fc"] = new Tensor(new TensorShape(1, 2, 5), _model.Values["fc"].Memory);
        Assert.Contains("shape 2×5, expected 1×2×5", _model.Compare(values).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ResNetBlock.Basic, "act2")]
    [InlineData(ResNetBlock.Bottleneck, "act3")]
    public void A_hook_on_relu_keeps_the_blocks_last_one(ResNetBlock block, string last)
    {
        using RecordedModel model = new(TestModels.TinyConfig with { Block = block });
        Dictionary<string, Tensor> hooks = new() { ["input"] = model.Values["input"], ["relu"] = model.Values["act1"], ["layer1.0.relu"] = model.Values[$"layer1.0.{last}"] };
        Tool tool = model.Compare(hooks, "--json");
        Assert.True(tool.Code == ExitCode.Success, tool.Out + tool.Error);
        Assert.Equal([("act1", null), ($"layer1.0.{last}", $"layer1.0.relu is layer1.0.{last}: the block calls it more than once, and a hook keeps the last output")],
            Rows(tool).Select(r => (Text(r, "name"), Text(r, "why"))));
        Assert.Contains("layer1.0.act1", tool.Json.GetProperty("missing").EnumerateArray().Select(m => m.GetString()));
        Assert.Contains($"\n1 tensor of a module's last call: layer1.0.relu is layer1.0.{last}", model.Compare(hooks).Out, StringComparison.Ordinal);

        hooks["layer1.0.relu"] = model.Spoilt($"layer1.0.{last}");
        Tool beyond = model.Compare(hooks, "--json");
        Assert.Equal((ExitCode.BeyondTolerance, $"layer1.0.{last}"), (beyond.Code, beyond.Json.GetProperty("firstBeyond").GetString()));
    }

    [Fact]
    public void A_first_relu_is_the_first_where_the_values_or_the_names_say_so()
    {
        Dictionary<string, Tensor> values = new() { ["input"] = _model.Values["input"], ["layer1.0.relu"] = _model.Values["layer1.0.act1"] };
        JsonElement row = Assert.Single(Rows(_model.Compare(values, "--json")));
        Assert.Equal(("layer1.0.act1", null, "ok"), (Text(row, "name"), Text(row, "why"), Text(row, "verdict")));

        values["layer1.0.relu"] = _model.Spoilt("layer1.0.act1");
        values["layer1.0.relu_1"] = _model.Values["layer1.0.act2"];
        Tool traced = _model.Compare(values, "--json");
        Assert.Equal(ExitCode.BeyondTolerance, traced.Code);
        Assert.Equal(["layer1.0.act1", "layer1.0.act2"], Rows(traced).Select(r => Text(r, "name")));
    }

    [Fact]
    public void What_an_operation_in_place_overwrote_is_named_and_no_failure()
    {
        Dictionary<string, Tensor> hooks = new(_model.Values)
        {
            ["bn1"] = _model.Values["act1"],
            ["layer1.0.bn2"] = _model.Values["layer1.0.add"],
            ["layer2.0.bn2"] = _model.Values["layer2.0.act2"],
            ["layer3.0.add"] = _model.Values["layer3.0.act2"],
        };
        Tool tool = _model.Compare(hooks, "--json");
        Assert.True(tool.Code == ExitCode.Success, tool.Out + tool.Error);
        JsonElement[] overwritten = [.. Rows(tool).Where(r => Text(r, "verdict") == "overwritten")];
        Assert.Equal([("bn1", "act1"), ("layer1.0.bn2", "layer1.0.add"), ("layer2.0.bn2", "layer2.0.act2"), ("layer3.0.add", "layer3.0.act2")], overwritten.Select(r => (Text(r, "meant"), Text(r, "name"))));
        Assert.Equal("bn1 holds what act1 computes: the hook did not clone, and what follows computed in place", Text(overwritten[0], "why"));
        string text = _model.Compare(hooks).Out;
        Assert.Contains("\n4 tensors overwritten before they were kept: bn1 holds what act1 computes, ", text, StringComparison.Ordinal);
        Assert.Contains("  overwritten  ", text, StringComparison.Ordinal);

        hooks["bn1"] = _model.Spoilt("act1");
        Tool beyond = _model.Compare(hooks, "--json");
        Assert.Equal((ExitCode.BeyondTolerance, "beyond"), (beyond.Code, Text(Rows(beyond).Single(r => Text(r, "stored") == "bn1"), "verdict")));
    }

    [Fact]
    public void A_layer_that_is_wrong_is_not_taken_for_another()
    {
        Dictionary<string, Tensor> values = new(_model.Values) { ["bn1"] = _model.Spoilt("bn1") };
        Tool tool = _model.Compare(values, "--json");
        Assert.Equal((ExitCode.BeyondTolerance, "bn1"), (tool.Code, tool.Json.GetProperty("firstBeyond").GetString()));
        Assert.DoesNotContain("overwritten", tool.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_sums_up_what_json_lists()
    {
        Dictionary<string, Tensor> values = new() { ["input"] = _model.Values["input"], ["fc"] = _model.Values["fc"], ["stranger"] = _model.Values["fc"] };
        int missing = _model.Graph.Layers.Count() - 1;
        Assert.Contains(
            $"\n{missing} of {missing + 1} layers without reference values: conv1, bn1, act1, maxpool, layer1.0.conv1 and {missing - 5} more\n1 tensor without a layer: stranger\n1 layer within ",
            _model.Compare(values).Out, StringComparison.Ordinal);
        Assert.Equal(missing, _model.Compare(values, "--json").Json.GetProperty("missing").GetArrayLength());
    }

    private static JsonElement[] Rows(Tool tool) => [.. tool.Json.GetProperty("layers").EnumerateArray()];

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();
}

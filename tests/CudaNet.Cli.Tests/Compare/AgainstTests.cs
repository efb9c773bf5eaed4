using System.Text.Json;
using CudaNet.Cli.Tests.Commands;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Compare;

/// <summary>Two backends, or two models, without a file between them; and what a terminal shows.</summary>
[Collection(nameof(Alone))]
public sealed class AgainstTests : IDisposable
{
    private readonly RecordedModel _model = new(TestModels.TinyConfig);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_backend_is_compared_with_another_on_every_layer()
    {
        Tool tool = Run("--against", "reference", "--size", "40x52", "--json");
        Assert.True(tool.Code == ExitCode.Success, tool.Error);
        Assert.Equal(("reference", null, "seed 1"), (Text(tool.Json, "against"), Text(tool.Json, "againstModel"), Text(tool.Json, "inputFrom")));
        Assert.Equal(_model.Graph.Layers.Select(l => l.Name), tool.Json.GetProperty("layers").EnumerateArray().Select(l => Text(l, "name")));
        Assert.Equal([1, 3, 40, 52], tool.Json.GetProperty("input").EnumerateArray().Select(e => e.GetInt32()));
        Assert.Equal(Tolerance.For("cpu").OfLargest, tool.Json.GetProperty("tolerance").GetDouble());
        Tool other = Run("--against", "reference", "--size", "40x52", "--seed", "2", "--json");
        Assert.NotEqual(tool.Json.GetProperty("layers")[0].GetProperty("worstActual").GetDouble(), other.Json.GetProperty("layers")[0].GetProperty("worstActual").GetDouble());
        Assert.Equal(ExitCode.BeyondTolerance, Run("--against", "reference", "--size", "40x52", "--tolerance", "1e-9").Code);
        Assert.Equal(ExitCode.Success, Run("--against", "cpu", "--size", "40x52", "--tolerance", "0").Code);
    }

    [Fact]
    public void A_model_is_compared_with_another_on_a_files_input()
    {
        string input = _model.Write("input.npy", NpzBytes.Array([2, 3, 40, 52], _model.Values["input"].Values));
        using RecordedModel deeper = new(TestModels.TinyConfig with { Depths = [1, 2, 1, 1] });
        Assert.Equal(ExitCode.Success, Run("--against-model", _model.ModelFile, "--input", input, "--tolerance", "0").Code);
        Tool tool = Run("--against-model", deeper.ModelFile, "--input", input, "--json");
        Assert.Equal(ExitCode.BeyondTolerance, tool.Code);
        Assert.Equal((deeper.ModelFile, "cpu", input), (Text(tool.Json, "againstModel"), Text(tool.Json, "against"), Text(tool.Json, "inputFrom")));
        Assert.Equal(_model.Graph.Layers.Count(), tool.Json.GetProperty("layers").GetArrayLength());
        Assert.Contains("layer2.1.conv1", tool.Json.GetProperty("unknown").EnumerateArray().Select(u => u.GetString()));
        Tool image = Run("--against", "reference", "--input", Repository.Data("formats/rgb.png"), "--size", "32x32");
        Assert.True(image.Code == ExitCode.Success, image.Error);
        Assert.EndsWith("input 1×3×32×32\n", image.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_does_not_fit_is_named()
    {
        using RecordedModel gray = new(TestModels.TinyConfig with { InputChannels = 1 }, channels: 1), other = new(TestModels.TinyConfig with { Classes = 7 });
        Tool refused = Run("--against-model", gray.ModelFile, "--size", "40x52");
        Assert.Equal(ExitCode.BadInput, refused.Code);
        Assert.StartsWith($"error: {gray.ModelFile}: layer 'input'", refused.Error, StringComparison.Ordinal);
        Tool shapes = Run("--against-model", other.ModelFile, "--size", "40x52");
        Assert.Contains("shape 1×5, expected 1×7", shapes.Out, StringComparison.Ordinal);
        Tool missing = Run("--against-model", _model.File("nothing.pth"));
        Assert.Equal(ExitCode.BadInput, missing.Code);
        Assert.Contains("nothing.pth: there is no such file", missing.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "there is nothing to compare with")]
    [InlineData("--reference a --against cpu", "leave out --against")]
    [InlineData("--reference a --against-model b", "leave out --against-model")]
    [InlineData("--reference a --seed 2", "--seed draws an input")]
    [InlineData("--against cpu --input a --seed 2", "--seed draws an input")]
    [InlineData("--against gpu", "'gpu' does not fit --against: one of cpu, reference, cuda, cuda:N, emulated.")]
    [InlineData("--backend emulated --against emulated", "one emulated device")]
    [InlineData("--agianst cpu", "unknown option --agianst, did you mean --against?")]
    public void Options_that_do_not_go_together_are_wrong_usage(string options, string reason)
    {
        Tool tool = Run(options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((ExitCode.Usage, ""), (tool.Code, tool.Out));
        Assert.Contains(reason, tool.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_a_terminal_sees_colours_and_only_where_they_are_wanted()
    {
        string[] line = ["compare", _model.ModelFile, "--against", "reference", "--size", "40x52", "--tolerance", "1e-9"];
        Assert.DoesNotContain('\e', Tool.Run(line).Out);
        string shown = OnTerminal(line);
        Assert.Matches("\n\e\\[31mconv1 [^\e\n]* BEYOND [^\e\n]*\e\\[0m\n", shown);
        Assert.DoesNotContain('\e', OnTerminal([.. line[..^2]]));
        Assert.Equal(Tool.Run(line).Out, OnTerminal(line, noColour: "1"));
        Assert.Equal(Tool.Run(line).Out, OnTerminal(line, terminal: "dumb"));
    }

    private static string OnTerminal(string[] line, string noColour = "", string terminal = "xterm")
    {
        (string? colours, string? before) = (Environment.GetEnvironmentVariable("NO_COLOR"), Environment.GetEnvironmentVariable("TERM"));
        try
        {
            Environment.SetEnvironmentVariable("NO_COLOR", noColour);
            Environment.SetEnvironmentVariable("TERM", terminal);
            using StringWriter output = new() { NewLine = "\n" };
            CliProgram.Run(line, new CliContext(output, TextWriter.Null) { IsOutputTerminal = true });
            return output.ToString();
        }
        finally
        {
            Environment.SetEnvironmentVariable("NO_COLOR", colours);
            Environment.SetEnvironmentVariable("TERM", before);
        }
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private Tool Run(params string[] options) => Tool.Run(["compare", _model.ModelFile, .. options]);
}

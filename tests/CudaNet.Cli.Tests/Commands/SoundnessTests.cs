using System.Text.Json;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>What the tool says of values that are no numbers, and of a model with one output.</summary>
public sealed class SoundnessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Verbs => ["classify", "features"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Sound_values_need_no_note(string verb)
    {
        Tool tool = Run(verb, WriteModel(TestModels.TinyConfig), Formula.Input(2, 3, 40, 52), "--json");
        Assert.Empty(Notes(tool));
        Assert.DoesNotContain("finite", tool.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("classify", "layer2.0.conv1.weight", 5, float.NaN, "the weights are not sound: 'layer2.0.conv1.weight' is NaN at [0,0,1,2]; predictions may mean nothing", "layer2.0.conv1")]
    [InlineData("features", "bn1.running_var", 3, -0.25f, "the weights are not sound: 'bn1.running_var' is -0.25, a variance below 0, at [3]; predictions may mean nothing", "bn1")]
    [InlineData("classify", "fc.bias", 1, float.PositiveInfinity, "the weights are not sound: 'fc.bias' is +infinity at [1]; predictions may mean nothing", "fc")]
    public void Weights_that_are_no_numbers_are_named_and_so_is_the_first_layer(string verb, string tensor, int at, float value, string weights, string layer)
    {
        string model = WriteModel(TestModels.TinyConfig, (tensor, at, value));
        Tool tool = Run(verb, model, Formula.Input(2, 3, 40, 52), "--json");
        string input = _folder.File("input.npy");
        Assert.Equal(weights, Notes(tool)[0]);
        Assert.StartsWith($"the predictions of '{input}[0]' are not finite: the first layer whose output is not: '{layer}' is ", Notes(tool)[1], StringComparison.Ordinal);
        Assert.Equal("the predictions of 2 of 2 images are not finite", Notes(tool)[2]);
        Assert.All(Notes(tool), n => Assert.Contains($"note: {n}\n", tool.Error, StringComparison.Ordinal));
        Assert.Equal(WithoutTimes(tool), WithoutTimes(Run(verb, model, Formula.Input(2, 3, 40, 52))));
    }

    private static string[] WithoutTimes(Tool tool) => [.. tool.Error.Split('\n').Where(l => !l.EndsWith(" images/s", StringComparison.Ordinal))];

    /// <summary>An infinity that ReLU swallows leaves the predictions finite: only the weights can tell.</summary>
    [Fact]
    public void An_infinity_that_reaches_no_prediction_is_still_named()
    {
        Tool tool = Run("classify", WriteModel(TestModels.TinyConfig, ("bn1.bias", 0, float.NegativeInfinity)), Formula.Input(1, 3, 40, 52), "--json");
        Assert.StartsWith("the weights are not sound: 'bn1.bias' is -infinity at [0]", Assert.Single(Notes(tool)), StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_names_weights_that_are_no_numbers()
    {
        string model = WriteModel(TestModels.TinyConfig, ("bn1.running_var", 3, -0.25f));
        string reference = _folder.Write("reference.safetensors", SafetensorsBytes.Values(
            [("input", new TensorShape(1, 3, 40, 52), Formula.Input(1, 3, 40, 52).Values.ToArray()), ("fc", new TensorShape(1, 1), new float[1])]));
        Tool tool = Tool.Run("compare", model, "--reference", reference, "--json");
        Assert.StartsWith("the weights are not sound: 'bn1.running_var' is -0.25", Assert.Single(Notes(tool)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void An_input_that_is_not_finite_is_named(string verb)
    {
        float[] values = Formula.Input(3, 3, 40, 52).Values.ToArray();
        values[(3 * 40 * 52) + 1] = float.NaN;
        Tool tool = Run(verb, WriteModel(TestModels.TinyConfig), new Tensor(new TensorShape(3, 3, 40, 52), values), "--json", "--batch", "2");
        Assert.Equal([$"the predictions of '{_folder.File("input.npy")}[1]' are not finite: the image itself is not: 'input' is NaN at [0,0,0,1]"], Notes(tool));
    }

    [Fact]
    public void A_model_with_one_output_has_its_sigmoid()
    {
        string model = WriteModel(TestModels.TinyConfig with { Classes = 1 });
        Tool tool = Run("classify", model, Formula.Input(1, 3, 40, 52), "--json");
        JsonElement only = Assert.Single(tool.Json.GetProperty("predictions")[0].GetProperty("top").EnumerateArray());
        double sigmoid = 1 / (1 + Math.Exp(-(double)only.GetProperty("logit").GetSingle()));
        Assert.Equal(sigmoid, only.GetProperty("probability").GetDouble(), 12);
        Assert.InRange(sigmoid, 0.01, 0.99);
        Assert.Contains("one output: the percentage is its sigmoid", tool.Error, StringComparison.Ordinal);
        string line = Run("classify", model, Formula.Input(1, 3, 40, 52)).Out;
        Assert.Contains(FormattableString.Invariant($"{100 * sigmoid:f2} % class 0"), line, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_says_that_the_source_has_values_that_are_no_numbers()
    {
        Tool tool = Tool.Run("convert", WriteModel(TestModels.TinyConfig, ("bn1.running_var", 3, -0.25f)), "-o", _folder.File("out.safetensors"), "--json");
        Assert.Equal(ExitCode.Success, tool.Code);
        Assert.Equal(["'bn1.running_var' is -0.25, a variance below 0, at [3], as in the source."], Notes(tool));
    }

    [Theory]
    [InlineData("checkpoints/nan.pth", "the weights are not sound: ")]
    [InlineData("checkpoints/negvar.pth", "a variance below 0")]
    public void A_checkpoint_as_people_have_it(string file, string note)
    {
        Tool tool = Tool.Run("classify", Shared.Require($"users/{file}"), Shared.Require("users/in.npy"), "--json");
        Assert.Equal(ExitCode.Success, tool.Code);
        Assert.Contains(note, Notes(tool)[0], StringComparison.Ordinal);
        Assert.Contains("the first layer whose output is not: ", Notes(tool)[1], StringComparison.Ordinal);
    }

    private static string[] Notes(Tool tool) => [.. tool.Json.GetProperty("notes").EnumerateArray().Select(n => n.GetString()!)];

    private Tool Run(string verb, string model, Tensor input, params string[] more)
    {
        string path = _folder.File("input.npy");
        using (FeatureWriter writer = new(path, [.. Enumerable.Range(0, input.Shape.Batch).Select(i => $"{i}")], [new FeatureArray("input", input.Shape)]))
        {
            writer.Append("input", input.Values);
            writer.Complete();
        }

        Tool tool = Tool.Run([verb, model, path, .. verb == "features" ? (string[])["-o", _folder.File("f.npz")] : [], .. more]);
        Assert.Equal(ExitCode.Success, tool.Code);
        return tool;
    }

    private string WriteModel(ResNetConfig config, params ReadOnlySpan<(string Name, int At, float Value)> faults)
    {
        using Model sound = TestModels.Create(config);
        Dictionary<string, float[]> values = sound.Parameters.Tensors.ToDictionary(t => t.Key, t => t.Value.Values.ToArray(), StringComparer.Ordinal);
        foreach ((string name, int at, float value) in faults)
        {
            values[name][at] = value;
        }

        return _folder.Write("model.safetensors", SafetensorsBytes.Values(sound.Parameters.Tensors.Select(t => (t.Key, t.Value.Shape, values[t.Key]))));
    }
}

using System.Text;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>Images, tensors, labels and configurations as people have them.</summary>
public sealed class UserInputTests : IDisposable
{
    private const string Configuration = """
        {"architecture": "resnet18", "num_classes": 5, "label_names": ["ant", "bee", "cat", "dog", "eel"], "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "input_size": [3, 32, 32]}
        """;

    private static readonly string Image = Repository.Data("formats/rgb.png");
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> GoodLabels => ["ant\nbee\ncat\ndog\neel\n", """["ant","bee","cat","dog","eel"]""", """{"0": "ant", "4": "eel", "1": "bee", "3": "dog", "2": "cat"}""",
        """{"0": ["n01", "ant"], "1": ["n02", "bee"], "2": ["n03", "cat"], "3": ["n04", "dog"], "4": ["n05", "eel"]}""", Configuration];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Where_settings_come_from_is_shown()
    {
        string model = WriteModel(3);
        _folder.Write("config.json", Encoding.UTF8.GetBytes(Configuration));
        Assert.EndsWith("from: architecture: the tensors; labels: config.json; preprocessing: config.json\n", Tool.Run("layers", model).Out, StringComparison.Ordinal);
        Assert.Equal("config.json", Tool.Run("layers", _folder.Path, "--json").Json.GetProperty("origins").GetProperty("labels").GetString());
        string output = _folder.File("out.safetensors"), labels = _folder.Write("l.txt", "a\nb\nc\nd\ne\n"u8);
        Assert.Equal("config.json", Tool.Run("convert", model, "-o", output, "--labels", labels, "--json").Json.GetProperty("origins").GetProperty("preprocessing").GetString());
        Assert.Contains("labels: as asked for; preprocessing: config.json", Tool.Run("convert", model, "-o", output, "--labels", labels).Out, StringComparison.Ordinal);
        Assert.Contains("preprocessing: none", Tool.Run("convert", model, "-o", output, "--ignore-metadata").Out, StringComparison.Ordinal);
        Assert.Equal(32, Tool.Run("classify", model, Image, "--json").Json.GetProperty("preprocessing").GetProperty("height").GetInt32());
    }

    [Fact]
    public void Preprocessing_that_is_not_computed_is_refused_for_images_alone()
    {
        string model = WriteModel(3);
        _folder.Write("config.json", """{"architecture": "resnet18", "interpolation": "lanczos"}"""u8);
        Tool refused = Tool.Run("classify", model, Image);
        Assert.Equal(ExitCode.BadInput, refused.Code);
        Assert.Contains("interpolation is 'lanczos'", refused.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, Tool.Run("classify", model, Image, "--preset", "torchvision").Code);
        Assert.Contains("interpolation is 'lanczos'", Tool.Run("convert", model, "-o", _folder.File("o.safetensors")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(GoodLabels))]
    public void Labels_come_from_text_and_JSON(string text)
    {
        string model = WriteModel(3), labels = _folder.Write("labels.any", Encoding.UTF8.GetBytes(text));
        Tool tool = Tool.Run("classify", model, Image, "--labels", labels, "--top", "5", "--json");
        Assert.Equal(["ant", "bee", "cat", "dog", "eel"], tool.Json.GetProperty("predictions")[0].GetProperty("top").EnumerateArray().OrderBy(t => t.GetProperty("class").GetInt32()).Select(t => t.GetProperty("label").GetString()));
        Assert.Contains("5 classes, from 'ant' to 'eel'", tool.Error, StringComparison.Ordinal);
        Tool features = Tool.Run("features", model, Image, "--labels", labels, "--top", "5", "-o", _folder.File("f.npz"));
        Assert.Contains("% eel", features.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\nb\nc\nd\n", "has 4 labels for 5 classes")]
    [InlineData("[1, 2]", "is JSON, but no list of labels")]
    [InlineData("{\"a\": \"b\"}", "is JSON, but no list of labels")]
    [InlineData("{", "is JSON, but no list of labels")]
    public void A_fault_of_labels_names_their_file(string text, string message)
    {
        string model = WriteModel(3), labels = _folder.Write("labels.any", Encoding.UTF8.GetBytes(text));
        Assert.All(
            [Tool.Run("classify", model, Image, "--labels", labels), Tool.Run("convert", model, "-o", _folder.File("o.safetensors"), "--labels", labels)],
            t => Assert.Contains($"error: {labels}: {message}", t.Error, StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_of_one_channel_takes_images_by_a_mean_of_its_own()
    {
        string model = WriteModel(1), output = _folder.File("o.safetensors");
        Tool refused = Tool.Run("classify", model, Image);
        Assert.Equal(ExitCode.BadInput, refused.Code);
        Assert.Contains("--mean 0.5 --std 0.5", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--mean 0.5 --std 0.5", Tool.Run("convert", model, "-o", output, "--preset", "timm").Error, StringComparison.Ordinal);
        Tool asked = Tool.Run("classify", model, Image, "--mean", "0.4", "--std", "0.2", "--size", "32x32", "--json");
        Assert.Equal(0.4, Assert.Single(asked.Json.GetProperty("preprocessing").GetProperty("mean").EnumerateArray()).GetDouble());
        Assert.Equal(ExitCode.Success, Tool.Run("convert", model, "-o", output, "--preset", "torchvision", "--size", "32x32", "--mean", "0.4", "--std", "0.2").Code);
        Assert.Equal(asked.Json.GetProperty("predictions").GetRawText(), Tool.Run("classify", output, Image, "--json").Json.GetProperty("predictions").GetRawText());
        Assert.Contains("colours nobody looks at", Tool.Run("classify", model, Image, "--mean", "0.4", "--std", "0.2", "--channels", "3").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_are_read_as_grey_on_request()
    {
        string model = WriteModel(3);
        string[] line = ["--size", "32x32", "--mean", "0.5", "--std", "0.5", "--layer", "input", "-o", _folder.File("grey.npy")];
        Assert.Equal(ExitCode.Success, Tool.Run(["features", model, Image, "--channels", "1", .. line]).Code);
        ReadOnlySpan<float> values = NpyReader.Read(_folder.File("grey.npy")).Values;
        Assert.True(values[..1024].SequenceEqual(values[1024..2048]) && values[..1024].SequenceEqual(values[2048..]));
        Assert.Equal(ExitCode.Success, Tool.Run(["features", model, Image, "--channels", "3", .. line]).Code);
        values = NpyReader.Read(_folder.File("grey.npy")).Values;
        Assert.False(values[..1024].SequenceEqual(values[1024..2048]));
    }

    [Theory]
    [InlineData("--mean", "a")]
    [InlineData("--mean", "1,2")]
    [InlineData("--std", "0")]
    [InlineData("--std", "0.1,0.1,-1")]
    [InlineData("--channels", "2")]
    public void Numbers_that_fit_no_channels_are_wrong_usage(string option, string value) => Assert.Equal(ExitCode.Usage, Tool.Run("classify", WriteModel(3), Image, option, value).Code);

    [Fact]
    public void Tensors_that_look_wrong_get_a_word()
    {
        string model = WriteModel(3);
        Tool transposed = Tool.Run("classify", model, Write("a.npy", new TensorShape(1, 32, 32, 3), 1));
        Assert.Contains("N×H×W×C? Transpose it", transposed.Error, StringComparison.Ordinal);
        Tool pixels = Tool.Run("classify", model, Write("b.npy", new TensorShape(1, 3, 32, 32), 200));
        Assert.Contains("b.npy: the values look like pixels from 0 to 255", pixels.Error, StringComparison.Ordinal);
        Tool infinite = Tool.Run("classify", model, Write("c.npy", new TensorShape(1, 3, 32, 32), float.NaN));
        Assert.Contains("c.npy: 3072 values of the input are NaN or infinite, the first at [0,0,0,0]", infinite.Error.Replace(",072", "072", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Users_bytes_of_pixels_are_told_how_to_become_an_input()
    {
        Tool tool = Tool.Run("classify", WriteModel(3), Shared.Require("users/inputs/nhwc_u8.npy"));
        Assert.Contains("N×H×W×C? Transpose it. Bytes are pixels: divide by 255", tool.Error, StringComparison.Ordinal);
    }

    private string WriteModel(int channels)
    {
        LayerGraph graph = ResNet.Build(TestModels.TinyConfig with { InputChannels = channels });
        ParameterSet parameters = Formula.Parameters(graph);
        return _folder.Write("model.safetensors", SafetensorsBytes.Values(graph.Parameters.Select(p => (p.Name, p.Shape, parameters[p.Name].Values.ToArray()))));
    }

    private string Write(string name, TensorShape shape, float value)
    {
        using MemoryStream bytes = new();
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Join(", ", shape.Extents.ToArray())}), }}".PadRight(117) + "\n";
        bytes.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)header.Length, 0]);
        bytes.Write(Encoding.ASCII.GetBytes(header));
        for (long i = 0; i < shape.ElementCount; i++)
        {
            bytes.Write(BitConverter.GetBytes(value));
        }

        return _folder.Write(name, bytes.ToArray());
    }
}

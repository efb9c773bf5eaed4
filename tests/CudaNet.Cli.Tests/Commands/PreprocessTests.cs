using System.Text;
using System.Text.Json;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>--preprocess</c>: a graph of its own makes the input of images, for every command that reads them.</summary>
public sealed class PreprocessTests : IDisposable
{
    private static readonly string Model = Checkpoints.Path("training.pth"), Image = Repository.File("samples/chelsea.jpg");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_converted_file_is_the_pair()
    {
        string output = _folder.File("m.safetensors"), graph = Graph("mean-image-scaled");
        Tool written = Tool.Run("convert", Model, "-o", output, "--preprocess", graph);
        Assert.True(written.Code == 0, written.Error);
        Assert.Contains("channels GBR, mean image 3×5×7\n", written.Out, StringComparison.Ordinal);
        Assert.Contains("preprocessing: mean-image-scaled.onnx\n", written.Out, StringComparison.Ordinal);
        Assert.Contains("channels GBR, mean image 3×5×7\n", Tool.Run("layers", output).Out, StringComparison.Ordinal);
        JsonElement pair = Tool.Run("classify", Model, Image, "--preprocess", graph, "--json").Json, one = Tool.Run("classify", output, Image, "--json").Json;
        Assert.Equal(pair.GetProperty("predictions").GetRawText(), one.GetProperty("predictions").GetRawText());
        Assert.Equal(pair.GetProperty("preprocessing").GetRawText(), one.GetProperty("preprocessing").GetRawText());
        Assert.Equal([1, 2, 0], one.GetProperty("preprocessing").GetProperty("channelOrder").EnumerateArray().Select(c => c.GetInt32()));
        Assert.NotEqual(one.GetProperty("predictions").GetRawText(), Tool.Run("classify", output, Image, "--json", "--preset", "torchvision").Json.GetProperty("predictions").GetRawText());
    }

    [Fact]
    public void Options_say_what_the_graph_leaves_open()
    {
        JsonElement rule = Tool.Run("classify", Model, Image, "--preprocess", Graph("caffe"), "--preset", "torchvision", "--size", "32x48", "--std", "1", "--json").Json.GetProperty("preprocessing");
        Assert.Equal((32, 48, "bilinear", 0.875), (rule.GetProperty("height").GetInt32(), rule.GetProperty("width").GetInt32(), rule.GetProperty("interpolation").GetString(), rule.GetProperty("crop").GetDouble()));
        Assert.Equal([2, 1, 0], rule.GetProperty("channelOrder").EnumerateArray().Select(c => c.GetInt32()));
        Assert.All(rule.GetProperty("std").EnumerateArray(), s => Assert.Equal(1, s.GetDouble()));
        Assert.Equal(103.939f, (float)(255 * rule.GetProperty("mean")[0].GetDouble()));
        Tool size = Tool.Run("classify", Model, Image, "--preprocess", Graph("mean-image"), "--size", "32x48");
        Assert.Equal(ExitCode.BadInput, size.Code);
        Assert.Contains("the mean image is 3×5×7, the inputs are 3×32×48", size.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_say_which_graph_made_their_input()
    {
        string output = _folder.File("f.npz"), graph = Graph("mean-image");
        Assert.Equal(0, Tool.Run("features", Model, Image, "--preprocess", graph, "--layer", "input", "-o", output).Code);
        using JsonDocument metadata = JsonDocument.Parse(Encoding.UTF32.GetString(NpyArray.ReadArchive(output)["metadata"].Bytes));
        Assert.Equal([Model, graph], metadata.RootElement.GetProperty("modelFiles").EnumerateArray().Select(f => f.GetProperty("file").GetString()));
        Assert.Equal(64, metadata.RootElement.GetProperty("preprocessing").GetProperty("meanImage").GetString()!.Length);
    }

    [Fact]
    public void What_is_no_preprocessing_is_refused_wherever_it_is_given()
    {
        string graph = Graph("relu");
        string[][] lines =
        [
            ["classify", Model, Image], ["features", Model, Image, "-o", _folder.File("f.npy")], ["compare", Model, "--against", "cpu", "--input", Image], ["convert", Model, "-o", _folder.File("m.safetensors")],
            ["selftest", "--backend", "emulated", "--model", Model, "--image", Image],
        ];
        foreach (string[] line in lines)
        {
            Tool tool = Tool.Run([.. line, "--preprocess", graph]);
            Assert.Equal(ExitCode.BadInput, tool.Code);
            Assert.Contains($"{graph}: the ONNX graph is no preprocessing that can be computed: 'relu_1' is a ReLU", tool.Error, StringComparison.Ordinal);
        }

        Assert.Contains("--preprocess goes with --image", Tool.Run("selftest", "--backend", "emulated", "--preprocess", graph).Error, StringComparison.Ordinal);
        string own = _folder.Write("own.safetensors", File.ReadAllBytes(Graph("caffe")));
        Assert.Contains("is an input too", Tool.Run("convert", Model, "-o", own, "--preprocess", own).Error, StringComparison.Ordinal);
    }

    private static string Graph(string name) => Repository.Data($"preprocess/{name}.onnx");
}

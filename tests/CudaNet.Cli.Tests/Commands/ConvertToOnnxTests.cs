using System.Text;
using System.Text.Json;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>convert -o model.onnx</c>: the options, and the file beside others. What is in it, CudaNet.Tests asks ONNX Runtime.</summary>
public sealed class ConvertToOnnxTests : IDisposable
{
    private static readonly string Checkpoint = Repository.Data("checkpoints/training.pth");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "batch×3×height×width", 0, "fc")]
    [InlineData("--batch 4 --input 40x52", "4×3×40×52", 0, "fc")]
    [InlineData("--fold --layer layer1.0.conv1 -l avgpool", "batch×3×height×width", 11, "fc", "layer1.0.conv1", "global_pool")]
    [InlineData("--input 64x64 -l fc", "batch×3×64×64", 0, "fc")]
    public void The_options_decide_what_the_graph_takes_and_gives(string options, string input, int folded, params string[] outputs)
    {
        string output = _folder.File("model.ONNX");
        Tool tool = Tool.Run(["convert", Checkpoint, "-o", output, "--json", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.True(tool.Code == ExitCode.Success, tool.Error);
        JsonElement onnx = tool.Json.GetProperty("onnx");
        Assert.Equal((17, input, folded), (onnx.GetProperty("opset").GetInt32(), onnx.GetProperty("input").GetString(), onnx.GetProperty("foldedBatchNorms").GetInt32()));
        Assert.Equal(outputs, onnx.GetProperty("outputs").EnumerateArray().Select(o => o.GetString()));
        Assert.Equal(new FileInfo(output).Length, tool.Json.GetProperty("bytes").GetInt64());
        Assert.Equal([output], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void All_layers_are_outputs_where_all_are_asked_for()
    {
        Tool tool = Tool.Run("convert", Checkpoint, "-o", _folder.File("model.onnx"), "-l", "all", "--json");
        Assert.Equal(Tool.Run("layers", Checkpoint, "--json").Json.GetProperty("layers").GetArrayLength(), tool.Json.GetProperty("onnx").GetProperty("outputs").GetArrayLength());
        Assert.Contains("outputs fc, conv1, bn1, act1, maxpool and 35 more\n", Tool.Run("convert", Checkpoint, "-o", _folder.File("model.onnx"), "-l", "all").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_and_preprocessing_stand_in_the_file()
    {
        string labels = _folder.Write("labels.txt", "first\nb\nc\nd\nlast\n"u8), output = _folder.File("model.onnx");
        Assert.Equal(ExitCode.Success, Tool.Run("convert", Checkpoint, "-o", output, "--labels", labels, "--preset", "albumentations", "--size", "40x52").Code);
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(output));
        Assert.All(["[\"first\", \"b\", \"c\", \"d\", \"last\"]", "[3, 40, 52]", "opencv-linear"], t => Assert.Contains(t, text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--fold", "--fold")]
    [InlineData("--batch 1", "--batch")]
    [InlineData("--input 32x32", "--input")]
    [InlineData("-l fc", "--layer")]
    public void Options_of_a_graph_are_refused_for_a_file_without_one(string options, string named)
    {
        Tool tool = Tool.Run(["convert", Checkpoint, "-o", _folder.File("model.safetensors"), .. options.Split(' ')]);
        Assert.Equal(ExitCode.Usage, tool.Code);
        Assert.StartsWith($"error: {named} is for ONNX, and the name '", tool.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("--batch 0", ExitCode.Usage, "'0' does not fit --batch")]
    [InlineData("--input 32", ExitCode.Usage, "'32' is not a size")]
    [InlineData("-l layer9", ExitCode.BadInput, "there is no layer 'layer9'")]
    [InlineData("-l input", ExitCode.BadInput, "the input is no output of an ONNX graph")]
    public void What_does_not_fit_leaves_what_was_there(string options, int code, string words)
    {
        string output = _folder.Write("model.onnx", "before"u8);
        Tool tool = Tool.Run(["convert", Checkpoint, "-o", output, .. options.Split(' ')]);
        Assert.Equal(code, tool.Code);
        Assert.Contains(words, tool.Error, StringComparison.Ordinal);
        Assert.Equal("before", File.ReadAllText(output));
        Assert.Equal([output], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_file_that_is_there_is_replaced_and_an_input_never_is()
    {
        string output = _folder.Write("model.onnx", "before"u8), source = _folder.File("source.onnx");
        File.Copy(Checkpoint, source);
        Assert.Equal(ExitCode.Success, Tool.Run("convert", source, "-o", output).Code);
        Assert.True(new FileInfo(output).Length > 100_000);
        Tool tool = Tool.Run("convert", source, "-o", source);
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.StartsWith($"error: {source}: is an input too", tool.Error, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(Checkpoint), File.ReadAllBytes(source));
    }

    [Fact]
    public void A_cancelled_conversion_leaves_no_file()
    {
        Tool tool = Tool.Run(["convert", Checkpoint, "-o", _folder.File("model.onnx")], new CancellationToken(canceled: true));
        Assert.Equal((ExitCode.Cancelled, ""), (tool.Code, tool.Out));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_disk_that_fills_is_a_write_error_that_names_the_output()
    {
        foreach (string trap in (string[])["", "trap '' XFSZ;"])
        {
            Tool tool = ToolProcess.Bash(_folder, $"export DOTNET_EnableWriteXorExecute=0; {trap} ulimit -f 1; dotnet '{ToolProcess.Path}' convert {Checkpoint} -o model.onnx");
            Assert.Equal(ExitCode.BadInput, tool.Code);
            Assert.Contains("error: model.onnx: cannot be written: File too large\n", tool.Error, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        }
    }

    [Theory]
    [InlineData("no/model.onnx", "there is no such folder")]
    [InlineData("folder.onnx", "it is a folder")]
    public void A_place_that_cannot_be_written_is_named(string name, string words)
    {
        Directory.CreateDirectory(_folder.File("folder.onnx"));
        Tool tool = Tool.Run("convert", Checkpoint, "-o", _folder.File(name));
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.StartsWith($"error: {_folder.File(name)}: cannot be written: {words}", tool.Error, StringComparison.Ordinal);
    }
}

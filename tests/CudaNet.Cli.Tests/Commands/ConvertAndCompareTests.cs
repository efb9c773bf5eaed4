using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>convert</c> and <c>compare</c>: files in, files held against each other.</summary>
public sealed class ConvertAndCompareTests : IDisposable
{
    private static readonly string Checkpoint = Repository.Data("checkpoints/training.pth");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_converted_file_is_the_model_with_what_was_said_of_it()
    {
        string labels = _folder.File("labels.txt"), output = _folder.File("model.safetensors");
        File.WriteAllText(labels, "a\nb\r\nc\nd d\né\n");
        Tool tool = Tool.Run("convert", Checkpoint, "-o", output, "--labels", labels, "--preset", "albumentations", "--size", "40x52", "--json");
        Assert.Equal(ExitCode.Success, tool.Code);
        using Model model = ModelFile.Open(output);
        Assert.Equal(["a", "b", "c", "d d", "é"], model.Metadata.Labels);
        Assert.Equal((40, 52, Interpolation.OpenCvLinear), (model.Metadata.Preprocessing!.Height, model.Metadata.Preprocessing.Width, model.Metadata.Preprocessing.Interpolation));
        Checkpoints.AssertLogits("training.pth", model);
        Assert.Contains("optimizer", tool.Json.GetProperty("leftOut").EnumerateArray().Select(l => l.GetProperty("name").GetString()));
        Assert.Equal(["state_dict"], tool.Json.GetProperty("wrappers").EnumerateArray().Select(w => w.GetString()));
    }

    [Fact]
    public void The_summary_names_what_was_read_and_what_was_left_out()
    {
        Tool tool = Tool.Run("convert", Checkpoint, "-o", _folder.File("model.safetensors"));
        Assert.Equal(ExitCode.Success, tool.Code);
        Assert.All(["state_dict", "optimizer", "num_batches_tracked", "26,141 parameters", "every value equal"], t => Assert.Contains(t, tool.Out, StringComparison.Ordinal));
        Assert.Contains("--preset", tool.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Malformed_metadata_can_be_left_out_as_the_hint_says()
    {
        IEnumerable<KeyValuePair<string, TensorShape>> tensors = ResNet.Build(TestModels.TinyConfig).Parameters.Select(p => KeyValuePair.Create(p.Name, p.Shape));
        string source = _folder.Write("source.safetensors", SafetensorsBytes.Zeros(tensors, ("mean", "[0.5]"))), output = _folder.File("model.safetensors");
        Tool tool = Tool.Run("layers", source);
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.Contains("hint: `cudanet convert --ignore-metadata`", tool.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadInput, Tool.Run("convert", source, "-o", output, "--preset", "timm").Code);
        Assert.Equal(ExitCode.Success, Tool.Run("convert", source, "-o", output, "--preset", "timm", "--ignore-metadata").Code);
        Assert.Equal(ExitCode.Success, Tool.Run("layers", output).Code);
    }

    [Fact]
    public void A_cancelled_conversion_leaves_no_file()
    {
        Tool tool = Tool.Run(["convert", Checkpoint, "-o", _folder.File("model.safetensors")], new CancellationToken(canceled: true));
        Assert.Equal((ExitCode.Cancelled, ""), (tool.Code, tool.Out));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_state_dict_is_chosen_only_where_there_are_several()
    {
        string plain = _folder.File("plain.safetensors"), output = _folder.File("model.safetensors");
        Assert.Equal(ExitCode.Success, Tool.Run("convert", Checkpoint, "-o", plain, "--state-dict", "state_dict").Code);
        Tool tool = Tool.Run("convert", plain, "-o", output, "--state-dict", "state_dict");
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.Contains("no entry 'state_dict' to choose", tool.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(output));
    }

    [Fact]
    public void A_preset_for_other_channels_names_the_source()
    {
        IEnumerable<KeyValuePair<string, TensorShape>> tensors = ResNet.Build(TestModels.TinyConfig with { InputChannels = 1 }).Parameters.Select(p => KeyValuePair.Create(p.Name, p.Shape));
        string source = _folder.Write("gray.safetensors", SafetensorsBytes.Zeros(tensors));
        Tool tool = Tool.Run("convert", source, "-o", _folder.File("model.safetensors"), "--preset", "timm");
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.StartsWith($"error: {source}: the model takes 1 channels", tool.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_labels_leave_no_file()
    {
        string labels = _folder.File("labels.txt"), output = _folder.File("model.safetensors");
        File.WriteAllText(labels, "a\n\nc\n");
        Assert.Equal(ExitCode.BadInput, Tool.Run("convert", Checkpoint, "-o", output, "--labels", labels).Code);
        File.WriteAllText(labels, "a\nb\n");
        Assert.Contains("2 labels for 5 classes", Tool.Run("convert", Checkpoint, "-o", output, "--labels", labels).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(output));
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("reference")]
    public void Compare_passes_where_every_layer_is_within_the_table(string backend)
    {
        string golden = WriteReference(Values());
        Tool tool = Tool.Run("compare", Checkpoint, "--reference", golden, "--backend", backend, "--json");
        Assert.Equal(ExitCode.Success, tool.Code);
        Assert.True(tool.Json.GetProperty("passed").GetBoolean());
        Assert.Equal(Tolerance.For(backend).OfLargest, tool.Json.GetProperty("tolerance").GetDouble());
        Assert.Equal(ResNet.Build(TestModels.TinyConfig).Layers.Count(), tool.Json.GetProperty("layers").GetArrayLength());
        Assert.Empty(tool.Json.GetProperty("missing").EnumerateArray());
        Assert.Equal(ExitCode.Success, Tool.Run("compare", Checkpoint, "--reference", golden, "--backend", backend).Code);
    }

    [Fact]
    public void Compare_names_the_first_layer_beyond_and_its_worst_element()
    {
        Dictionary<string, Tensor> values = Values();
        float[] changed = values["layer2.0.conv1"].Values.ToArray();
        changed[^1] += 1;
        values["layer2.0.conv1"] = new Tensor(values["layer2.0.conv1"].Shape, changed);
        values["layer3.0.add"] = new Tensor(new TensorShape(1, 1), new float[1]);
        values.Remove("fc");
        values["stranger"] = new Tensor(new TensorShape(1), new float[1]);
        string golden = WriteReference(values);
        Tool tool = Tool.Run("compare", Checkpoint, "--reference", golden, "--json");
        Assert.Equal(ExitCode.BeyondTolerance, tool.Code);
        Assert.Equal("layer2.0.conv1", tool.Json.GetProperty("firstBeyond").GetString());
        JsonElement worst = tool.Json.GetProperty("layers").EnumerateArray().Single(l => l.GetProperty("name").GetString() == "layer2.0.conv1");
        Assert.Equal(1, worst.GetProperty("beyond").GetInt64());
        Assert.Equal([1, 15, 4, 6], worst.GetProperty("worstPosition").EnumerateArray().Select(p => p.GetInt32()));
        Assert.Equal(["fc"], tool.Json.GetProperty("missing").EnumerateArray().Select(m => m.GetString()));
        Assert.Equal(["stranger"], tool.Json.GetProperty("unknown").EnumerateArray().Select(m => m.GetString()));
        Tool text = Tool.Run("compare", Checkpoint, "--reference", golden);
        Assert.Contains("shape 2×16", text.Out, StringComparison.Ordinal);
        Assert.EndsWith("the first is layer2.0.conv1\n", text.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 1, 40, 52)]
    [InlineData(3, 40, 52)]
    public void A_reference_input_that_the_model_does_not_take_is_named(params int[] extents)
    {
        TensorShape shape = new(extents);
        string golden = WriteReference(new() { ["input"] = new Tensor(shape, new float[shape.ElementCount]), ["fc"] = new Tensor(new TensorShape(2, 5), new float[10]) });
        Tool tool = Tool.Run("compare", Checkpoint, "--reference", golden);
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.StartsWith($"error: {golden}: layer 'input'", tool.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Tolerance_is_what_was_asked_for()
    {
        string golden = WriteReference(Values());
        Assert.Equal(ExitCode.BeyondTolerance, Tool.Run("compare", Checkpoint, "--reference", golden, "--backend", "cpu", "--tolerance", "1e-9").Code);
        Assert.Equal(ExitCode.Success, Tool.Run("compare", Checkpoint, "--reference", golden, "--backend", "reference", "--tolerance", "0").Code);
    }

    /// <summary>The input and every layer, by the reference backend.</summary>
    private static Dictionary<string, Tensor> Values()
    {
        Dictionary<string, Tensor> values = [];
        using Model model = ModelFile.Open(Checkpoint);
        using Session session = new(model, Backends.Create("reference"));
        foreach (LayerNode layer in model.Graph.Nodes)
        {
            session.Observe(layer.Name, (in Observation o) => values[o.Name] = new Tensor(o.Shape, o.Values.ToArray()));
        }

        session.Predict(Formula.Input(2, 3, 40, 52));
        return values;
    }

    private string WriteReference(Dictionary<string, Tensor> values)
    {
        long offset = 0;
        IEnumerable<string> entries = values.Select(v =>
        {
            long start = offset;
            offset += v.Value.Shape.ElementCount * sizeof(float);
            return $"\"{v.Key}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', v.Value.Shape.Extents.ToArray())}],\"data_offsets\":[{start},{offset}]}}";
        });
        byte[] header = Encoding.UTF8.GetBytes($"{{{string.Join(',', entries)}}}");
        string path = _folder.File("golden.safetensors");
        using FileStream file = File.Create(path);
        file.Write(BitConverter.GetBytes((long)header.Length));
        file.Write(header);
        foreach (Tensor tensor in values.Values)
        {
            file.Write(MemoryMarshal.AsBytes(tensor.Values));
        }

        return path;
    }
}

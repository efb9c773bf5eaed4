using System.Text.Json;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>classify</c> and <c>features</c>: predictions and layers as a session gives them.</summary>
public sealed class RunTests : IDisposable
{
    private static readonly string Checkpoint = Repository.Data("checkpoints/zip.pth");
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> BackendNames => ["cpu", "reference"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(BackendNames))]
    public void Classify_gives_the_softmax_of_the_checkpoints_logits(string backend)
    {
        string input = WriteInput(2);
        JsonElement json = Tool.Run("classify", Checkpoint, input, "--backend", backend, "--top", "9", "--json").Json;
        double[] logits = Checkpoints.Logits("zip.pth");
        JsonElement[] images = [.. json.GetProperty("predictions").EnumerateArray()];
        Assert.Equal([$"{input}[0]", $"{input}[1]"], images.Select(i => i.GetProperty("file").GetString()));
        for (int image = 0; image < 2; image++)
        {
            JsonElement[] top = [.. images[image].GetProperty("top").EnumerateArray()];
            double[] expected = logits[(image * 5)..((image + 1) * 5)];
            Assert.Equal(Enumerable.Range(0, 5).OrderByDescending(c => expected[c]), top.Select(c => c.GetProperty("class").GetInt32()));
            float[] actual = [.. top.OrderBy(c => c.GetProperty("class").GetInt32()).Select(c => c.GetProperty("logit").GetSingle())];
            TensorShape shape = new(1, 5);
            TensorComparison comparison = TensorComparison.Compare(shape, actual, shape, expected, Tolerance.For(backend));
            Assert.True(comparison.Passed, comparison.ToString());
            double sum = actual.Sum(l => Math.Exp(l));
            Assert.All(top, c => Assert.Equal(Math.Exp(c.GetProperty("logit").GetSingle()) / sum, c.GetProperty("probability").GetDouble(), 12));
        }
    }

    [Fact]
    public void Classify_writes_a_line_an_image_in_ordinal_order_whatever_the_batch()
    {
        string folder = Repository.Data("formats");
        Tool one = Tool.Run("classify", Checkpoint, folder, "--size", "32x32", "--batch", "1");
        string[] names = [.. one.Out.TrimEnd('\n').Split('\n').Select(l => l.Split(' ')[0])];
        Assert.Equal(Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal), names);
        Assert.Equal(one.Out, Tool.Run("classify", Checkpoint, folder, "--size", "32x32", "--batch", "7", "--threads", "2").Out);
    }

    [Fact]
    public void A_model_without_preprocessing_gets_torchvisions_and_a_note()
    {
        string image = Repository.Data("formats/rgb.png");
        Tool assumed = Tool.Run("classify", Checkpoint, image, "--json");
        Assert.Contains("torchvision preset", assumed.Error, StringComparison.Ordinal);
        Tool asked = Tool.Run("classify", Checkpoint, image, "--preset", "torchvision", "--json");
        Assert.DoesNotContain("torchvision preset", asked.Error, StringComparison.Ordinal);
        Assert.Equal(asked.Out, assumed.Out);
        Assert.Equal(0.875, asked.Json.GetProperty("preprocessing").GetProperty("crop").GetDouble());
    }

    [Theory]
    [InlineData("timm", "bilinear", 128)]
    [InlineData("torchvision", "bilinear", 224)]
    [InlineData("albumentations", "opencv-linear", 224)]
    public void A_preset_overrides_the_models_metadata_but_timm_is_the_metadata(string preset, string interpolation, int height)
    {
        JsonElement json = Tool.Run("classify", Repository.File("models/resnet18-leaf.safetensors"), Repository.Data("formats/one-pixel.png"), "--preset", preset, "--json").Json;
        Assert.Equal(interpolation, json.GetProperty("preprocessing").GetProperty("interpolation").GetString());
        Assert.Equal(height, json.GetProperty("preprocessing").GetProperty("height").GetInt32());
    }

    [Fact]
    public void Labels_are_shown_and_the_person_is_told_what_the_model_knows()
    {
        Tool tool = Tool.Run("classify", Repository.File("models/resnet18-leaf.safetensors"), Repository.File("samples/chelsea.jpg"));
        Assert.Contains(" % Tomato: ", tool.Out, StringComparison.Ordinal);
        Assert.Contains("tells 15 classes", tool.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Exif_orientation_is_applied_only_when_asked()
    {
        string image = Repository.Data("formats/rotated-exif6.jpg");
        string stored = _folder.File("stored.npy"), turned = _folder.File("turned.npy");
        Assert.Equal(0, Tool.Run("features", Checkpoint, image, "--layer", "input", "--size", "32x32", "-o", stored).Code);
        Assert.Equal(0, Tool.Run("features", Checkpoint, image, "--layer", "input", "--size", "32x32", "-o", turned, "--apply-exif").Code);
        Assert.NotEqual(NpyReader.Read(stored).Values.ToArray(), NpyReader.Read(turned).Values.ToArray());
    }

    [Fact]
    public void Features_writes_what_observers_see_whatever_the_batch()
    {
        string input = WriteInput(5);
        string output = _folder.File("features.npz");
        Tool tool = Tool.Run("features", Checkpoint, input, "--layer", "relu", "--layer", "layer2", "--layer", "input", "--layer", "avgpool", "--output", output, "--batch", "2", "--json");
        Assert.Equal(ExitCode.Success, tool.Code);
        IReadOnlyDictionary<string, NpyArray> arrays = NpyArray.ReadArchive(output);
        Assert.Equal(["predictions", "input", "act1", "layer2.0.act2", "global_pool", "files", "metadata"], arrays.Keys);

        using Model model = ModelFile.Open(Checkpoint);
        using Session session = new(model, new CudaNet.Kernels.Cpu.CpuBackend());
        foreach (string layer in (string[])["input", "act1", "layer2.0.act2", "global_pool"])
        {
            session.Observe(layer, (in Observation o) => Assert.Equal(o.Values.ToArray(), arrays[o.Name].ToFloats()));
        }

        Assert.Equal(session.Predict(Formula.Input(5, 3, 40, 52)).Values.ToArray(), arrays["predictions"].ToFloats());
        Assert.Equal(arrays.Keys.Except(["files", "metadata"]), tool.Json.GetProperty("arrays").EnumerateArray().Select(a => a.GetProperty("name").GetString()));
        Assert.Equal(5, tool.Json.GetProperty("predictions").GetArrayLength());
    }

    [Fact]
    public void A_npy_file_holds_the_one_layer_or_the_predictions()
    {
        string input = WriteInput(2);
        string output = _folder.File("one.npy");
        Assert.Equal(0, Tool.Run("features", Checkpoint, input, "--layer", "global_pool", "-o", output).Code);
        Assert.Equal([2, 32], NpyArray.Read(output).Shape);
        Assert.Equal(0, Tool.Run("features", Checkpoint, input, "-o", output).Code);
        Assert.Equal([2, 5], NpyArray.Read(output).Shape);
    }

    [Fact]
    public void Inputs_of_two_sizes_share_only_layers_of_one_shape()
    {
        string[] inputs = [WriteInput(1), Repository.Data("formats/rgb.png")];
        Assert.Equal(0, Tool.Run(["features", Checkpoint, .. inputs, "--layer", "global_pool", "-o", _folder.File("a.npz")]).Code);
        Tool refused = Tool.Run(["features", Checkpoint, .. inputs, "--layer", "conv1", "-o", _folder.File("b.npz")]);
        Assert.Equal(ExitCode.BadInput, refused.Code);
        Assert.Contains("different sizes", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("classify")]
    [InlineData("features")]
    public void A_tensor_that_the_model_does_not_take_is_named(string verb)
    {
        string input = WriteInput(Formula.Input(2, 1, 40, 52));
        Tool tool = Tool.Run([verb, Checkpoint, Repository.Data("formats/rgb.png"), input, .. verb == "features" ? (string[])["-o", _folder.File("f.npz")] : []]);
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.StartsWith($"error: {input}: layer 'input'", tool.Error[tool.Error.IndexOf("error", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains("3 channels", tool.Error, StringComparison.Ordinal);
        Assert.Empty(tool.Out);
    }

    [Fact]
    public void A_damaged_image_or_a_cancellation_leaves_no_file()
    {
        File.WriteAllBytes(_folder.File("damaged.png"), File.ReadAllBytes(Repository.Data("formats/rgb.png"))[..60]);
        Directory.CreateDirectory(_folder.File("out"));
        string[] line = ["features", Checkpoint, Repository.Data("formats/rgb.png"), _folder.File("damaged.png"), "--size", "32x32", "-o", _folder.File("out/f.npz")];
        Assert.Equal(ExitCode.BadInput, Tool.Run(line).Code);
        Assert.Equal(ExitCode.Cancelled, Tool.Run(line, new CancellationToken(canceled: true)).Code);
        Assert.Empty(Directory.GetFiles(_folder.File("out")));
    }

    /// <summary>The golden checkpoints' input, the first images of it, as NumPy would save them.</summary>
    private string WriteInput(int images) => WriteInput(Formula.Input(images, 3, 40, 52));

    private string WriteInput(Tensor input)
    {
        string path = _folder.File("input.npy");
        string[] names = [.. Enumerable.Range(0, input.Shape.Batch).Select(i => $"{i}")];
        using FeatureWriter writer = new(path, names, [new FeatureArray("input", input.Shape)]);
        writer.Append("input", input.Values);
        writer.Complete();
        return path;
    }
}

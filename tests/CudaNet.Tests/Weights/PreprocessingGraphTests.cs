using System.Text.Json;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>ONNX graphs of preprocessing give NumPy's values, to the last bit or beside it, or say what of them is not computed. <c>tests/data/scripts/preprocess.py</c> wrote them.</summary>
public sealed class PreprocessingGraphTests
{
    private static readonly JsonElement Expected = Load();
    private static readonly int Height = Expected.GetProperty("height").GetInt32(), Width = Expected.GetProperty("width").GetInt32();

    public static TheoryData<string> Computed() => [.. Expected.GetProperty("values").EnumerateObject().Select(v => v.Name)];

    [Theory]
    [MemberData(nameof(Computed))]
    public void Gives_the_values_of_the_graph(string name)
    {
        float[] expected = [.. Expected.GetProperty("values").GetProperty(name).EnumerateArray().Select(v => (float)v.GetDouble())];
        Preprocessing rule = Read(name);
        float[] values = new float[expected.Length];
        new Preprocessor(rule).Fill(Image(isGrey: rule.Mean.Count == 1), values);
        // Numbers a channel that are subtracted from pixels have been divided by 255: where the value lies halfway between two, the other may come out.
        Assert.All(expected.Zip(values), v => Assert.InRange(v.Second, MathF.BitDecrement(v.First), MathF.BitIncrement(v.First)));
        Assert.True(name is "caffe" or "symmetric" || expected.AsSpan().SequenceEqual(values));
        Assert.Equal((Height, Width, Interpolation.Bilinear, null), (rule.Height, rule.Width, rule.Interpolation, rule.Crop));
    }

    [Fact]
    public void Numbers_are_as_they_were_written()
    {
        Preprocessing rule = Read("imagenet");
        Assert.True(rule.IsPlain);
        Assert.Equal([0.485f, 0.456f, 0.406f], rule.Mean);
        Assert.Equal([0.229f, 0.224f, 0.225f], rule.Std.Select(s => (float)s));
        Preprocessing image = Read("mean-image");
        Assert.Equal([2, 1, 0], image.ChannelOrder);
        Assert.Equal(new TensorShape(3, Height, Width), image.MeanImage!.Shape);
        Assert.All(image.Mean, m => Assert.Equal(0, m));
        Assert.All(image.Std, s => Assert.Equal(1.0 / 255, s));
        Assert.Equal([1, 2, 0], Read("mean-image-scaled").ChannelOrder);
    }

    [Theory]
    [InlineData("relu", "'relu_1' is a ReLU")]
    [InlineData("negative", "'neg_0' (Neg): it is supported for constants only")]
    [InlineData("inverted", "'sub_0' computes with a constant that is no finite number, or scales by one that is not above 0")]
    [InlineData("zero", "'mul_0' computes with")]
    [InlineData("infinite", "'sub_0' computes with")]
    [InlineData("twice", "it gives the channels 0, 0, 2 of 3")]
    [InlineData("squared", "'mul_0' (Mul): input 1 ('images') depends on the images")]
    [InlineData("two-inputs", "2 inputs")]
    [InlineData("two-outputs", "it gives 2 values")]
    [InlineData("resized", "'resize_0' (Resize): the operator is not supported")]
    public void What_is_more_is_refused_by_name(string name, string expected)
    {
        string path = Repository.Data($"preprocess/{name}.onnx");
        WeightFormatException exception = Assert.Throws<WeightFormatException>(() => PreprocessingGraph.Read(path, Height, Width));
        Assert.Equal(path, exception.File);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.NotNull(exception.Hint);
    }

    [Fact]
    public void Goes_before_what_the_weights_say_and_takes_their_size_where_it_fixes_none()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.safetensors");
        ModelConverter.Convert(Checkpoints.Path("zip.pth"), path, new ConversionOptions { Preprocessing = Preprocessing.Timm with { Height = 40, Width = 52 } });
        using Model model = ModelFile.Open(path, new ModelFileOptions { Preprocess = Repository.Data("preprocess/symmetric.onnx") });
        Preprocessing rule = model.Metadata.Preprocessing!;
        Assert.Equal((40, 52, Interpolation.Bilinear, null, "symmetric.onnx"), (rule.Height, rule.Width, rule.Interpolation, rule.Crop, model.Metadata.Origins.Preprocessing));
        using Model none = ModelFile.Open(Checkpoints.Path("zip.pth"), new ModelFileOptions { Preprocess = Repository.Data("preprocess/symmetric.onnx"), IgnoreMetadata = true });
        Assert.Equal((224, 224), (none.Metadata.Preprocessing!.Height, none.Metadata.Preprocessing.Width));
    }

    [Fact]
    public void Other_channels_and_other_files_are_named()
    {
        string grey = Repository.Data("preprocess/grey.onnx"), other = Repository.Data("preprocess/expected.json");
        CudaNetException channels = Assert.Throws<CudaNetException>(() => ModelFile.Open(Checkpoints.Path("zip.pth"), new ModelFileOptions { Preprocess = grey }));
        Assert.Equal((grey, true), (channels.File, channels.Message.Contains("gives images of 1 channel, the network takes 3", StringComparison.Ordinal)));
        CudaNetException format = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Open(Checkpoints.Path("zip.pth"), new ModelFileOptions { Preprocess = other }));
        Assert.Equal((other, true), (format.File, format.Message.Contains("is no ONNX file", StringComparison.Ordinal)));
        Assert.Equal("missing.onnx", Assert.ThrowsAny<CudaNetException>(() => ModelFile.Open(Checkpoints.Path("zip.pth"), new ModelFileOptions { Preprocess = "missing.onnx" })).File);
    }

    /// <summary>The preprocessing that NuGet's Microsoft.ML.DnnImageFeaturizer.ResNet18 has beside its network, with that: features of photographs as ONNX's definitions in double give them.</summary>
    [Theory]
    [InlineData("chelsea.png")]
    [InlineData("rocket.jpg")]
    public void A_published_pair_of_network_and_preprocessing_gives_its_features(string image)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Repository.Data("onnx/mlnet-resnet18.json")));
        using Model model = ModelFile.Open(ImageNetModel.Network, new ModelFileOptions { Preprocess = ImageNetModel.Preprocessing });
        Assert.Equal([2, 1, 0], model.Metadata.Preprocessing!.ChannelOrder);
        Assert.Equal((new TensorShape(3, 224, 224), "ResNetPreprocess.onnx"), (model.Metadata.Preprocessing.MeanImage!.Shape, model.Metadata.Origins.Preprocessing));
        Tensor input = new Preprocessor(model.Metadata.Preprocessing).Load(Repository.File($"samples/{image}"));
        double[] expected = [.. golden.RootElement.GetProperty(image).GetProperty("features").EnumerateArray().Select(v => v.GetDouble())];
        using Session session = new(model, Backends.Create("reference"));
        Tensor features = session.Predict(input);
        TensorComparison comparison = TensorComparison.Compare(new TensorShape(expected.Length), features.Values, new TensorShape(expected.Length), expected, Tolerance.For("reference"));
        Assert.True(comparison.Passed, comparison.ToString());
    }

    private static Preprocessing Read(string name) => PreprocessingGraph.Read(Repository.Data($"preprocess/{name}.onnx"), Height, Width);

    private static PixelImage Image(bool isGrey)
    {
        byte[] pixels = [.. Expected.GetProperty("pixels").EnumerateArray().Select(v => v.GetByte())];
        return new PixelImage(Height, Width, isGrey ? [.. pixels.Select((_, i) => pixels[i / 3 * 3])] : pixels);
    }

    private static JsonElement Load()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Repository.Data("preprocess/expected.json")));
        return document.RootElement.Clone();
    }
}

using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>What a file says beside its weights is read whole, or refused.</summary>
public sealed class MetadataTests
{
    private static readonly (string Key, string Value)[] Metadata =
    [
        ("classes", "5"), ("labels", "[\"a\",\"b\",\"c\",\"d\",\"e\"]"), ("input_size", "[3, 40, 52]"), ("mean", "[0.5, 0.5, 0.5]"),
        ("std", "[1, 1, 1]"), ("interpolation", "bicubic"), ("crop", "0.9"),
    ];

    [Theory]
    [InlineData("classes", "6", "as many as fc has outputs")]
    [InlineData("labels", "[\"a\"]", "1 labels for 5 classes")]
    [InlineData("labels", "[1,2,3,4,5]", "JSON array of strings")]
    [InlineData("labels", "[\"a\",", "JSON array of strings")]
    [InlineData("input_size", "[1, 40, 52]", "[3, height, width]")]
    [InlineData("input_size", "[3, 40]", "[3, height, width]")]
    [InlineData("input_size", "[3, 0, 52]", "[3, height, width]")]
    [InlineData("input_size", "[3, 1e9, 52]", "[3, height, width]")]
    [InlineData("input_size", "[3, 16385, 52]", "each side 1 to 16384")]
    [InlineData("input_size", "[[[[[3]]]]]", "JSON array of numbers")]
    [InlineData("mean", "[0.5]", "3 numbers")]
    [InlineData("mean", "[1e999, 0, 0]", "finite numbers")]
    [InlineData("std", "[0, 1, 1]", "3 numbers above 0")]
    [InlineData("interpolation", "nearest", "bilinear, bicubic, opencv-linear")]
    [InlineData("crop", "1.5", "none or a fraction")]
    [InlineData("crop", "NaN", "none or a fraction")]
    [InlineData("crop", "0.005", "none or a fraction from 0.01 to 1")]
    public void Malformed_metadata_is_named(string key, string value, string expected)
    {
        (string, string)[] metadata = [.. Metadata.Select(m => m.Key == key ? (key, value) : m)];
        byte[] bytes = SafetensorsBytes.Zeros(Tiny(), metadata);
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Read(bytes, "file"));
        Assert.Equal("file", exception.File);
        Assert.Contains($"metadata '{key}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("--ignore-metadata", exception.Hint, StringComparison.Ordinal);
        using Model model = ModelFile.Read(bytes, "file", new ModelFileOptions { IgnoreMetadata = true });
        Assert.Empty(model.Metadata.Labels);
    }

    [Fact]
    public void Preprocessing_is_read_where_it_is_complete()
    {
        using Model whole = ModelFile.Read(SafetensorsBytes.Zeros(Tiny(), Metadata), "file");
        Preprocessing preprocessing = whole.Metadata.Preprocessing!;
        Assert.Equal((40, 52, Interpolation.Bicubic, 0.9), (preprocessing.Height, preprocessing.Width, preprocessing.Interpolation, preprocessing.Crop));
        using Model none = ModelFile.Read(SafetensorsBytes.Zeros(Tiny(), Metadata.AsSpan(..2)), "file");
        Assert.Null(none.Metadata.Preprocessing);
    }

    [Theory]
    [InlineData("input_size")]
    [InlineData("mean")]
    [InlineData("std")]
    [InlineData("interpolation")]
    [InlineData("crop")]
    public void Preprocessing_that_lacks_a_key_is_an_error_that_names_it(string key)
    {
        byte[] bytes = SafetensorsBytes.Zeros(Tiny(), Metadata.Where(m => m.Key != key).ToArray());
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Read(bytes, "file"));
        Assert.Equal("file", exception.File);
        Assert.Contains($"'{key}' missing", exception.Message, StringComparison.Ordinal);
        using Model model = ModelFile.Read(bytes, "file", new ModelFileOptions { IgnoreMetadata = true });
        Assert.Null(model.Metadata.Preprocessing);
    }

    [Theory]
    [InlineData("resnetaa50")]
    [InlineData("resnetblur50")]
    [InlineData("seresnet18.ra4_e3600_r224_in1k")]
    [InlineData("ecaresnetaa50d")]
    [InlineData("legacy_seresnext26_32x4d")]
    [InlineData("resnet18d.ra4_e3600_r224_in1k")]
    [InlineData("resnext26ts")]
    [InlineData("resnest50d_1s4x24d")]
    [InlineData("res2net50_26w_4s")]
    [InlineData("resnetv2_50x1_bit")]
    [InlineData("resnet50x4_clip")]
    public void A_declared_relative_is_refused(string architecture)
    {
        CudaNetException exception = Refused(architecture);
        Assert.Contains($"metadata 'architecture' is '{architecture}', a relative", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_declared_architecture_that_the_tensors_are_not_is_refused() =>
        Assert.Contains("metadata 'architecture' is 'resnet50.a1_in1k', expected resnet, as the tensors are", Refused("resnet50.a1_in1k").Message, StringComparison.Ordinal);

    /// <summary>The inferred name, with timm's tags too; names of people's own; networks of the same structure under older names.</summary>
    [Theory]
    [InlineData("resnet")]
    [InlineData("resnet.mine")]
    [InlineData("leafnet")]
    [InlineData("resnet26")]
    [InlineData("tv_resnet34")]
    [InlineData("")]
    public void A_declared_architecture_that_says_nothing_else_is_taken(string architecture) =>
        ModelFile.Read(SafetensorsBytes.Zeros(Tiny(), ("architecture", architecture)), "file").Dispose();

    [Fact]
    public void No_supported_name_is_a_relative() => Assert.DoesNotContain(ResNet.Names, RelativeNames.IsRelative);

    [Theory]
    [InlineData(Preprocessing.MaxSide, Preprocessing.MinCrop, true)]
    [InlineData(Preprocessing.MaxSide + 1, Preprocessing.MinCrop, false)]
    [InlineData(1, Preprocessing.MinCrop / 2, false)]
    public void What_a_file_may_say_is_what_can_be_done(int side, double crop, bool possible)
    {
        Preprocessing rule = Preprocessing.Timm with { Height = side, Width = 1, Crop = crop };
        ModelMetadata metadata = new() { Architecture = TestModels.TinyConfig.Name, Preprocessing = rule };
        Assert.Equal(possible, Record.Exception(() => new Preprocessor(rule)) is not CudaNetException);
        Assert.Equal(possible, Record.Exception(() => MetadataReader.Read(MetadataWriter.Entries(metadata, ResNet.Build(TestModels.TinyConfig)).ToDictionary(), NetworkFacts.Of(ResNet.Build(TestModels.TinyConfig), "resnet", TestModels.TinyConfig), null)) is not CudaNetException);
    }

    [Fact]
    public void Every_interpolation_has_a_name_that_is_read()
    {
        Assert.Equal(Enum.GetValues<Interpolation>(), InterpolationNames.All.Select(n => InterpolationNames.Parse(n)!.Value));
        Assert.All(Enum.GetValues<Interpolation>(), i => Assert.Equal(i, InterpolationNames.Parse(i.Name())));
        Assert.Null(InterpolationNames.Parse("nearest"));
    }

    private static CudaNetException Refused(string architecture)
    {
        byte[] bytes = SafetensorsBytes.Zeros(Tiny(), ("architecture", architecture));
        ModelFile.Read(bytes, "file", new ModelFileOptions { IgnoreMetadata = true }).Dispose();
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Read(bytes, "file"));
        Assert.Equal("file", exception.File);
        Assert.NotNull(exception.Hint);
        return exception;
    }

    private static IEnumerable<KeyValuePair<string, TensorShape>> Tiny() =>
        ResNet.Build(TestModels.TinyConfig).Parameters.Select(p => KeyValuePair.Create(p.Name, p.Shape));
}

using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary><c>config.json</c> beside weights: what is taken of it, and what is left alone.</summary>
public sealed class ConfigurationTests
{
    private static readonly string[] Labels = ["ant", "bee", "cat", "dog", "eel"];

    [Fact]
    public void Timms_labels_and_preprocessing_are_the_models()
    {
        ModelMetadata metadata = ConfigurationFolder.Read(ConfigurationFolder.Timm);
        Assert.Equal(Labels, metadata.Labels);
        Preprocessing rule = metadata.Preprocessing!;
        Assert.Equal((64, 48, Interpolation.Bicubic, 0.9), (rule.Height, rule.Width, rule.Interpolation, rule.Crop));
        Assert.Equal([0.5, 0.5, 0.5], rule.Mean);
        Assert.Equal([0.25, 0.25, 0.25], rule.Std);
        Assert.Equal(new MetadataOrigins { Architecture = "the tensors", Labels = "config.json", Preprocessing = "config.json" }, metadata.Origins);
        Assert.Empty(metadata.Notes);
    }

    [Fact]
    public void Transformers_labels_and_preprocessing_are_the_models()
    {
        ModelMetadata metadata = ConfigurationFolder.Read(ConfigurationFolder.Transformers, ConfigurationFolder.Processor);
        Assert.Equal(Labels, metadata.Labels);
        Assert.Equal((224, 224, Interpolation.Bicubic, 0.875), (metadata.Preprocessing!.Height, metadata.Preprocessing.Width, metadata.Preprocessing.Interpolation, metadata.Preprocessing.Crop));
        Assert.Equal(new MetadataOrigins { Architecture = "the tensors", Labels = "config.json", Preprocessing = "preprocessor_config.json" }, metadata.Origins);
    }

    [Fact]
    public void Transformers_processor_may_stand_in_processor_config()
    {
        using ConfigurationFolder folder = new(ConfigurationFolder.Transformers);
        File.WriteAllText(Path.Combine(folder.Path, "processor_config.json"), $"{{\"processor_class\": \"X\", \"image_processor\": {ConfigurationFolder.Processor}}}");
        using Model model = ModelFile.Open(folder.Path);
        Assert.Equal((224, Interpolation.Bicubic), (model.Metadata.Preprocessing!.Height, model.Metadata.Preprocessing.Interpolation));
        Assert.Equal("processor_config.json", model.Metadata.Origins.Preprocessing);
    }

    [Fact]
    public void The_file_itself_may_be_named_and_bytes_have_no_folder()
    {
        using ConfigurationFolder folder = new(ConfigurationFolder.Timm);
        using Model named = ModelFile.Open(folder.Weights);
        Assert.Equal(Labels, named.Metadata.Labels);
        using Model bytes = ModelFile.Open(File.ReadAllBytes(folder.Weights), name: folder.Weights);
        Assert.Empty(bytes.Metadata.Labels);
        using FileStream stream = File.OpenRead(folder.Weights);
        using Model streamed = ModelFile.Open(stream, name: folder.Weights);
        Assert.Null(streamed.Metadata.Preprocessing);
    }

    [Fact]
    public void The_weight_files_own_metadata_goes_first_and_a_difference_is_said()
    {
        using ConfigurationFolder folder = new(
            ConfigurationFolder.Timm, null, null, ("labels", """["a","b","c","d","e"]"""), ("input_size", "[3, 40, 52]"), ("mean", "[0, 0, 0]"), ("std", "[1, 1, 1]"), ("interpolation", "bilinear"), ("crop", "none"));
        using Model model = ModelFile.Open(folder.Path);
        Assert.Equal(("a", 40), (model.Metadata.Labels[0], model.Metadata.Preprocessing!.Height));
        Assert.Equal("the file's metadata", model.Metadata.Origins.Labels);
        Assert.Collection(
            model.Metadata.Notes,
            n => Assert.StartsWith("the labels in config.json are others", n, StringComparison.Ordinal),
            n => Assert.StartsWith("the preprocessing in config.json is another", n, StringComparison.Ordinal));
    }

    [Fact]
    public void Labels_and_preprocessing_are_ignored_on_request_but_not_another_network()
    {
        ModelMetadata metadata = ConfigurationFolder.Read(ConfigurationFolder.Timm.Replace("\"eel\"", "\"eel\", \"fly\"", StringComparison.Ordinal), ignoreMetadata: true);
        Assert.Empty(metadata.Labels);
        Assert.Null(metadata.Preprocessing);
        Assert.Contains("another folder", ConfigurationFolder.Refused("""{"architecture": "resnetblur18"}""", ignoreMetadata: true).Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"architecture": "vit_base_patch16_224", "num_classes": 7}""", "'vit_base_patch16_224', which is no ResNet")]
    [InlineData("""{"model_type": "bert", "id2label": {"0": "a"}}""", "'bert', which is no ResNet")]
    [InlineData("{", "is no JSON")]
    [InlineData("""{"architecture": NaN}""", "is no JSON")]
    public void A_file_of_something_else_is_left_alone_with_a_note(string config, string note)
    {
        ModelMetadata metadata = ConfigurationFolder.Read(config);
        Assert.Contains(note, Assert.Single(metadata.Notes), StringComparison.Ordinal);
        Assert.Contains("config.json", metadata.Notes[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"compilerOptions": {"strict": true}, "num_classes": 3}""")]
    [InlineData("""{"architecture": {"name": "resnetblur18"}}""")]
    public void A_file_that_speaks_of_no_model_is_passed_over(string config) => Assert.Empty(ConfigurationFolder.Read(config).Notes);

    [Fact]
    public void Size_and_depth_are_bounded()
    {
        Assert.Contains("more than", Assert.Single(ConfigurationFolder.Read(new string(' ', 5 << 20)).Notes), StringComparison.Ordinal);
        Assert.Contains("nests deeper", Assert.Single(ConfigurationFolder.Read(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))).Notes), StringComparison.Ordinal);
        Assert.Contains("no text", ConfigurationFolder.Refused("""{"architecture": "resnet18\ud800"}""").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Placeholders_are_no_labels() =>
        Assert.Empty(ConfigurationFolder.Read("""{"model_type": "resnet", "id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2", "3": "LABEL_3", "4": "LABEL_4"}}""").Labels);

    [Theory]
    [InlineData("timm")]
    [InlineData("hf")]
    public void Folders_of_users_have_their_labels_and_preprocessing(string name)
    {
        using Model model = ModelFile.Open(Shared.Require($"users/folders/{name}"));
        Assert.Equal(Labels, model.Metadata.Labels);
        Assert.Equal(name == "timm" ? (64, 0.9, 0.25) : (224, 0.875, 0.5), (model.Metadata.Preprocessing!.Height, model.Metadata.Preprocessing.Crop!.Value, model.Metadata.Preprocessing.Std[0]));
        Assert.Equal(Interpolation.Bicubic, model.Metadata.Preprocessing.Interpolation);
    }

    [Fact]
    public void A_relative_of_users_is_refused() =>
        Assert.Contains("'resnetblur18'", Assert.ThrowsAny<CudaNetException>(() => ModelFile.Open(Shared.Require("users/folders/aa_resnetblur18"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Parts_without_their_index_are_called_that()
    {
        using TemporaryFolder folder = new();
        KeyValuePair<string, TensorShape>[] all = [.. ResNet.Build(TestModels.TinyConfig).Parameters.Select(p => KeyValuePair.Create(p.Name, p.Shape))];
        string first = folder.Write("model-00001-of-00002.safetensors", SafetensorsBytes.Zeros(all[..30]));
        folder.Write("model-00002-of-00002.safetensors", SafetensorsBytes.Zeros(all[30..]));
        CudaNetException whole = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Open(folder.Path));
        Assert.Contains("the index that names them (*.index.json) is missing", whole.Message, StringComparison.Ordinal);
        CudaNetException part = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Open(first));
        Assert.Contains("is part 1 of 2 of one set of weights", part.Message, StringComparison.Ordinal);
        Assert.Contains("is missing", part.Hint, StringComparison.Ordinal);
        folder.Write("model.safetensors.index.json", "{}"u8);
        Assert.Contains("'model.safetensors.index.json'", Assert.ThrowsAny<CudaNetException>(() => ModelFile.Open(first)).Hint, StringComparison.Ordinal);
    }
}

using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Single values of <c>config.json</c> and <c>preprocessor_config.json</c>: each is computed as it says, or refused, or said.</summary>
public sealed class ConfigurationValueTests
{
    private static readonly ResNetConfig Bottleneck = TestModels.TinyConfig with { Block = ResNetBlock.Bottleneck };

    [Theory]
    [InlineData("resnetblur18")]
    [InlineData("resnetaa50.d_in12k")]
    [InlineData("resnet50_gn")]
    [InlineData("resnet18d.ra2_in1k")]
    [InlineData("seresnet18")]
    [InlineData("resnetv2_50")]
    public void A_relative_is_refused_by_name(string architecture) =>
        Assert.Contains($"'{architecture}'", ConfigurationFolder.Refused($$"""{"architecture": "{{architecture}}"}""").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("\"act_layer\": \"silu\"")]
    [InlineData("\"act_layer\": \"leaky_relu\"")]
    [InlineData("\"output_stride\": 16")]
    [InlineData("\"replace_stem_pool\": true")]
    [InlineData("\"aa_layer\": \"avg\"")]
    [InlineData("\"avg_down\": true")]
    [InlineData("\"stem_type\": \"deep\"")]
    [InlineData("\"block_args\": {\"attn_layer\": \"se\"}")]
    [InlineData("\"global_pool\": \"max\"")]
    [InlineData("\"norm_layer\": \"groupnorm\"")]
    [InlineData("\"something_new\": 3")]
    [InlineData("\"in_chans\": 1")]
    [InlineData("\"num_classes\": 4")]
    [InlineData("\"layers\": [2, 2, 2, 2]")]
    public void An_argument_that_makes_another_network_is_refused_by_name(string argument)
    {
        string key = argument.Split('"')[1];
        Assert.Contains($"'model_args.{key}'", ConfigurationFolder.Refused($$$"""{"architecture": "resnet18", "model_args": {{{{argument}}}}}""").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_that_change_nothing_are_taken() => Assert.Empty(ConfigurationFolder.Read("""
        {"architecture": "resnet18", "global_pool": "avg", "model_args": {"act_layer": "relu", "output_stride": 32, "replace_stem_pool": false, "aa_layer": null, "avg_down": false, "stem_type": "",
        "block_args": {}, "drop_rate": 0.2, "zero_init_last": true, "in_chans": 3, "num_classes": 5, "layers": [1, 1, 1, 1], "something_new": false}}
        """).Notes);

    [Theory]
    [InlineData("\"hidden_act\": \"gelu\"", "hidden_act")]
    [InlineData("\"downsample_in_bottleneck\": true", "downsample_in_bottleneck")]
    [InlineData("\"downsample_in_first_stage\": true", "downsample_in_first_stage")]
    public void Transformers_relatives_are_refused_even_where_metadata_is_ignored(string value, string key) =>
        Assert.Contains($"'{key}'", ConfigurationFolder.Refused($$"""{"model_type": "resnet", {{value}}}""", ignoreMetadata: true, network: Bottleneck).Message, StringComparison.Ordinal);

    [Fact]
    public void A_stride_of_bottlenecks_means_nothing_to_basic_blocks() => Assert.Empty(ConfigurationFolder.Read("""{"model_type": "resnet", "downsample_in_bottleneck": true}""").Notes);

    [Theory]
    [InlineData("{\"model_type\": \"resnet\", \"depths\": [3, 4, 6, 3]}", "depths")]
    [InlineData("{\"model_type\": \"resnet\", \"layer_type\": \"bottleneck\"}", "layer_type")]
    [InlineData("{\"model_type\": \"resnet\", \"hidden_sizes\": [8, 16, 16, 64]}", "hidden_sizes")]
    [InlineData("{\"model_type\": \"resnet\", \"embedding_size\": 64}", "embedding_size")]
    [InlineData("{\"model_type\": \"resnet\", \"num_channels\": 1}", "num_channels")]
    [InlineData("{\"model_type\": \"resnet\", \"id2label\": {\"0\": \"a\", \"2\": \"b\"}}", "id2label")]
    [InlineData("{\"model_type\": \"resnet\", \"id2label\": {\"0\": \"a\"}}", "1 label")]
    [InlineData("{\"architecture\": \"resnet18\", \"num_classes\": 6}", "num_classes")]
    [InlineData("{\"architecture\": \"resnet18\", \"label_names\": [1]}", "label_names")]
    [InlineData("{\"architecture\": \"resnet18\", \"mean\": \"a\"}", "mean")]
    [InlineData("{\"architecture\": \"resnet18\", \"std\": [0, 1, 1]}", "std")]
    [InlineData("{\"architecture\": \"resnet18\", \"std\": [1, 1]}", "std")]
    [InlineData("{\"architecture\": \"resnet18\", \"input_size\": [3, 0, 9]}", "input_size")]
    [InlineData("{\"architecture\": \"resnet18\", \"crop_pct\": 1e999}", "crop_pct")]
    public void What_contradicts_the_tensors_or_is_malformed_is_an_error_with_a_way_round(string config, string named)
    {
        CudaNetException exception = ConfigurationFolder.Refused(config);
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
        Assert.Contains("--ignore-metadata", exception.Hint, StringComparison.Ordinal);
        Assert.Null(ConfigurationFolder.Read(config, ignoreMetadata: true).Preprocessing);
    }

    [Theory]
    [InlineData("\"interpolation\": \"random\"")]
    [InlineData("\"interpolation\": \"lanczos\"")]
    [InlineData("\"crop_mode\": \"border\", \"crop_pct\": 1")]
    [InlineData("\"crop_mode\": \"squash\", \"crop_pct\": 0.9")]
    [InlineData("\"crop_pct\": 1.2")]
    [InlineData("\"input_size\": [1, 64, 64]")]
    public void What_timm_does_and_is_not_computed_is_said(string value)
    {
        ModelMetadata metadata = ConfigurationFolder.Read($$"""{"architecture": "resnet18", {{value}}}""");
        Assert.Null(metadata.Preprocessing);
        Assert.Contains(value.Split('"')[1], metadata.WhyNoPreprocessing, StringComparison.Ordinal);
    }

    [Fact]
    public void Timms_defaults_complete_what_is_left_out()
    {
        Preprocessing rule = ConfigurationFolder.Read("""{"architecture": "resnet18", "mean": 0.5}""").Preprocessing!;
        Assert.Equal((224, 224, Interpolation.Bicubic, 0.875), (rule.Height, rule.Width, rule.Interpolation, rule.Crop));
        Assert.Equal([0.5, 0.5, 0.5], rule.Mean);
        Assert.Equal(Preprocessing.ImageNetStd, rule.Std);
        Assert.Null(ConfigurationFolder.Read("""{"architecture": "resnet18", "crop_mode": "squash", "crop_pct": 1.0}""").Preprocessing!.Crop);
        Assert.Null(ConfigurationFolder.Read("""{"architecture": "resnet18", "num_classes": 5}""").Preprocessing);
    }

    [Theory]
    [InlineData("\"feature_extractor_type\": \"ConvNextFeatureExtractor\", \"crop_pct\": 0.95, \"size\": 224, \"resample\": 2", 224, 224, Interpolation.Bilinear, 0.95)]
    [InlineData("\"image_processor_type\": \"ConvNextImageProcessor\", \"size\": {\"shortest_edge\": 224}, \"resample\": 2", 224, 224, Interpolation.Bilinear, 0.875)]
    [InlineData("\"image_processor_type\": \"ConvNextImageProcessor\", \"size\": {\"shortest_edge\": 384}, \"resample\": 3", 384, 384, Interpolation.Bicubic, null)]
    [InlineData("\"image_processor_type\": \"ViTImageProcessor\", \"size\": {\"height\": 96, \"width\": 64}, \"resample\": 2", 96, 64, Interpolation.Bilinear, null)]
    [InlineData("\"size\": 96, \"resample\": 2", 96, 96, Interpolation.Bilinear, null)]
    [InlineData("\"do_center_crop\": true, \"size\": {\"shortest_edge\": 256}, \"crop_size\": {\"height\": 224, \"width\": 224}, \"resample\": 3", 224, 224, Interpolation.Bicubic, 0.875)]
    public void Transformers_geometry_becomes_a_rule(string values, int height, int width, Interpolation interpolation, double? crop)
    {
        Preprocessing rule = ConfigurationFolder.Read(ConfigurationFolder.Transformers, $$"""{{{values}}, "image_mean": [0, 0, 0], "image_std": [1, 1, 1]}""").Preprocessing!;
        Assert.Equal((height, width, interpolation, crop), (rule.Height, rule.Width, rule.Interpolation, rule.Crop));
    }

    /// <summary>The shorter side comes out as it was said, whatever the quotient's rounding.</summary>
    [Fact]
    public void A_crop_of_a_shorter_side_gives_that_side()
    {
        for (int edge = 225; edge < 320; edge++)
        {
            double crop = ConfigurationFolder.Read(null, $$"""{"do_center_crop": true, "size": {"shortest_edge": {{edge}}}, "crop_size": 224, "resample": 3, "image_mean": [0, 0, 0], "image_std": [1, 1, 1]}""").Preprocessing!.Crop!.Value;
            Assert.Equal(edge, Math.Floor(224 / crop));
        }
    }

    [Theory]
    [InlineData("\"do_normalize\": false", 0, 1)]
    [InlineData("\"do_rescale\": false", 0.5 / 255, 0.25 / 255)]
    [InlineData("\"rescale_factor\": 0.5", 0.5 / 127.5, 0.25 / 127.5)]
    [InlineData("\"rescale_factor\": 0.00392156862745098", 0.5, 0.25)]
    [InlineData("\"do_rescale\": false, \"do_normalize\": false", 0, 1 / 255.0)]
    public void Rescaling_and_normalising_become_one_rule(string values, double mean, double std)
    {
        Preprocessing rule = ConfigurationFolder.Read(null, $$"""{{{values}}, "size": 32, "resample": 2, "image_mean": 0.5, "image_std": [0.25, 0.25, 0.25]}""").Preprocessing!;
        Assert.All(rule.Mean, m => Assert.Equal(mean, m, 1e-15));
        Assert.All(rule.Std, s => Assert.Equal(std, s, 1e-15));
    }

    [Theory]
    [InlineData("\"size\": 32, \"resample\": 0", "resample is 0")]
    [InlineData("\"size\": 32", "resample")]
    [InlineData("\"size\": 32, \"resample\": 2, \"do_resize\": false", "do_resize")]
    [InlineData("\"size\": 32, \"resample\": 2, \"do_flip_channel_order\": true", "do_flip_channel_order")]
    [InlineData("\"size\": 32, \"resample\": 2, \"rescale_offset\": true", "offset")]
    [InlineData("\"size\": {\"shortest_edge\": 32}, \"resample\": 2", "depends on the image")]
    [InlineData("\"size\": {\"shortest_edge\": 32, \"longest_edge\": 64}, \"resample\": 2", "size")]
    [InlineData("\"size\": {\"shortest_edge\": 32}, \"crop_size\": 64, \"do_center_crop\": true, \"resample\": 2", "a crop of 64×64")]
    public void What_transformers_does_and_is_not_computed_is_said(string values, string why)
    {
        ModelMetadata metadata = ConfigurationFolder.Read(ConfigurationFolder.Transformers, $$"""{{{values}}, "image_mean": [0, 0, 0], "image_std": [1, 1, 1]}""");
        Assert.Null(metadata.Preprocessing);
        Assert.Contains(why, metadata.WhyNoPreprocessing, StringComparison.Ordinal);
        Assert.Contains("preprocessor_config.json", metadata.WhyNoPreprocessing, StringComparison.Ordinal);
    }

    [Fact]
    public void Malformed_preprocessing_names_its_file() =>
        Assert.Contains("'image_std'", ConfigurationFolder.Refused(null, "preprocessor_config.json", """{"size": 32, "resample": 2, "image_mean": 0, "image_std": 0}""").Message, StringComparison.Ordinal);
}

using System.Text;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>A folder with weights, and what a test puts beside them.</summary>
internal sealed class ConfigurationFolder : IDisposable
{
    public const string Timm = """
        {"architecture": "resnet18", "num_classes": 5, "num_features": 32, "label_names": ["ant", "bee", "cat", "dog", "eel"], "pretrained_cfg": {"input_size": [3, 64, 48],
        "interpolation": "bicubic", "crop_pct": 0.9, "crop_mode": "center", "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "num_classes": 5}}
        """;

    public const string Transformers = """{"model_type": "resnet", "id2label": {"1": "bee", "0": "ant", "2": "cat", "3": "dog", "4": "eel"}, "hidden_act": "relu", "layer_type": "basic", "depths": [1, 1, 1, 1]}""";

    public const string Processor = """{"crop_pct": 0.875, "do_normalize": true, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25], "resample": 3, "size": {"shortest_edge": 224}}""";

    private readonly TemporaryFolder _folder = new();

    public ConfigurationFolder(string? config, string? processor = null, ResNetConfig? network = null, params ReadOnlySpan<(string Key, string Value)> metadata)
    {
        Weights = _folder.Write("model.safetensors", SafetensorsBytes.Zeros(ResNet.Build(network ?? TestModels.TinyConfig).Parameters.Select(p => KeyValuePair.Create(p.Name, p.Shape)), metadata));
        Write("config.json", config);
        Write("preprocessor_config.json", processor);
    }

    public string Path => _folder.Path;

    public string Weights { get; }

    /// <summary>What is known of the model, opened by its folder.</summary>
    public static ModelMetadata Read(string? config, string? processor = null, bool ignoreMetadata = false, ResNetConfig? network = null)
    {
        using ConfigurationFolder folder = new(config, processor, network);
        using Model model = ModelFile.Open(folder.Path, new ModelFileOptions { IgnoreMetadata = ignoreMetadata, CopyWeights = true });
        return model.Metadata;
    }

    /// <summary>Why it cannot be opened; the file of the name is at fault.</summary>
    public static CudaNetException Refused(string? config, string file = "config.json", string? processor = null, bool ignoreMetadata = false, ResNetConfig? network = null)
    {
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => Read(config, processor, ignoreMetadata, network));
        Assert.Equal(file, System.IO.Path.GetFileName(exception.File));
        return exception;
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string name, string? text)
    {
        if (text is not null)
        {
            _folder.Write(name, Encoding.UTF8.GetBytes(text));
        }
    }
}

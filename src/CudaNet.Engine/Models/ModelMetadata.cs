namespace CudaNet.Engine;

/// <summary>What a model file says about its model beside the weights.</summary>
public sealed record ModelMetadata
{
    /// <summary>The network's name: a ResNet's as in <see cref="ResNetConfig.Name"/>, any other's as its file or its maker calls it.</summary>
    public required string Architecture { get; init; }

    /// <summary>The network's structure where it is a ResNet; null for any other, whose structure is its graph alone.</summary>
    public ResNetConfig? ResNet { get; init; }

    /// <summary>A label a class, in order of the logits; empty where the file has none.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>How images become inputs; null where the file does not say.</summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>Why <see cref="Preprocessing"/> is null although the files say how images become inputs, a sentence; null where they do not, or it is there.</summary>
    public string? WhyNoPreprocessing { get; init; }

    /// <summary>Where each of these comes from.</summary>
    public MetadataOrigins Origins { get; init; } = new();

    /// <summary>Sentences on what was assumed or left out when the file was read; empty where nothing was.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Every other entry of the file's metadata, kept for conversion and listings.</summary>
    public IReadOnlyDictionary<string, string> Other { get; init; } = new Dictionary<string, string>();
}

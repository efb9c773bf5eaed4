using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>What a conversion read, wrote and left out.</summary>
public sealed record ConversionSummary
{
    /// <summary>The file that was read.</summary>
    public required string Source { get; init; }

    /// <summary>What kind it is.</summary>
    public required WeightFormat SourceFormat { get; init; }

    /// <summary>The file that was written.</summary>
    public required string Destination { get; init; }

    /// <summary>Its size.</summary>
    public required long Bytes { get; init; }

    /// <summary>What was written beside the weights, the architecture among it.</summary>
    public required ModelMetadata Metadata { get; init; }

    /// <summary>Tensors written.</summary>
    public required int TensorCount { get; init; }

    /// <summary>Values in them.</summary>
    public required long ElementCount { get; init; }

    /// <summary>Tensors of the source by element type.</summary>
    public required IReadOnlyDictionary<WeightType, int> Types { get; init; }

    /// <summary>As in <see cref="WeightFile.Wrappers"/>.</summary>
    public required IReadOnlyList<string> Wrappers { get; init; }

    /// <summary>As in <see cref="WeightFile.Prefixes"/>.</summary>
    public required IReadOnlyList<string> Prefixes { get; init; }

    /// <summary>As in <see cref="WeightFile.LeftOut"/>.</summary>
    public required IReadOnlyList<LeftOutEntry> LeftOut { get; init; }

    /// <summary>Sentences on what a person should know of the values: fp64 rounded to fp32, NaN in the source.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What the file has as an ONNX graph; null for safetensors.</summary>
    public OnnxExportSummary? Onnx { get; init; }
}

using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>What a converted file says beside the weights. What is null is taken over from the source where that has it.</summary>
public sealed record ConversionOptions
{
    /// <summary>A label a class, in order of the logits.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>How images become inputs.</summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>As in <see cref="ModelFileOptions.StateDict"/>.</summary>
    public string? StateDict { get; init; }

    /// <summary>As in <see cref="ModelFileOptions.Prefix"/>.</summary>
    public string? Prefix { get; init; }

    /// <summary>As in <see cref="ModelFileOptions.Strict"/>.</summary>
    public bool Strict { get; init; }

    /// <summary>As in <see cref="ModelFileOptions.HeadActivation"/>.</summary>
    public HeadActivation? HeadActivation { get; init; }

    /// <summary>As in <see cref="ModelFileOptions.IgnoreMetadata"/>.</summary>
    public bool IgnoreMetadata { get; init; }

    /// <summary>As in <see cref="ModelFileOptions.Preprocess"/>; <see cref="Preprocessing"/> goes before it.</summary>
    public string? Preprocess { get; init; }

    /// <summary>How an ONNX file is written; an error for a destination whose name does not end in <c>.onnx</c>. Null means the defaults.</summary>
    public OnnxExportOptions? Onnx { get; init; }

    /// <summary>How the source is opened.</summary>
    internal ModelFileOptions Source => new() { StateDict = StateDict, Prefix = Prefix, Strict = Strict, HeadActivation = HeadActivation, IgnoreMetadata = IgnoreMetadata, Preprocess = Preprocess };
}

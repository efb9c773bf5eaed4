using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>How a model is opened.</summary>
public sealed record ModelFileOptions
{
    /// <summary>The default of <see cref="MaxStreamBytes"/>: the longest array, 2 GiB less 57 bytes.</summary>
    public const long DefaultMaxStreamBytes = 0x7FFF_FFC7;

    /// <summary>
    /// The entry of a checkpoint that holds the weights, with dots between keys where entries nest (<c>trainer.model</c>). Null: the one that holds a ResNet, wherever it is; of
    /// several the one that its community runs (<c>docs/weights.md</c>). A name is an error for files that have one set of weights (safetensors, shards).
    /// </summary>
    public string? StateDict { get; init; }

    /// <summary>
    /// What the names of the network's tensors start with (<c>encoder_q.</c>, with or without the dot), as they are in the file or without wrappers' parts (<c>module.</c>): tensors under other names are left out. Null: it is
    /// found.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>True: a tensor that is no part of the network is an error, as in PyTorch's strict loading (counters of training are none). False: what is known to be harmless is left out.</summary>
    public bool Strict { get; init; }

    /// <summary>What is between the two linear layers of a head that has two, which weights do not say. Null: as the file's metadata says, else a ReLU.</summary>
    public HeadActivation? HeadActivation { get; init; }

    /// <summary>
    /// True: nothing that the file, or a configuration beside it, says beside the weights (labels, preprocessing, the architecture's name) is read, so that malformed entries do no harm. A
    /// <c>config.json</c> that speaks of another network is refused all the same: the weights would be computed as what they are not.
    /// </summary>
    public bool IgnoreMetadata { get; init; }

    /// <summary>
    /// An ONNX file whose graph makes the network's input of images: order of channels and arithmetic with constants, a number, one a channel, or an image (<c>docs/weights.md</c>). It becomes
    /// the model's <see cref="ModelMetadata.Preprocessing"/>, before what the weights' own files say. Null: none. It is named in errors of its own.
    /// </summary>
    public string? Preprocess { get; init; }

    /// <summary>True: the weights are copied and the file is closed at once, so that it (or the bytes) may be overwritten in place afterwards.</summary>
    public bool CopyWeights { get; init; }

    /// <summary>
    /// The most bytes that a stream may have; beyond <see cref="DefaultMaxStreamBytes"/> nothing changes. Files are mapped and bytes are there already:
    /// neither is limited by it.
    /// </summary>
    public long MaxStreamBytes { get; init; } = DefaultMaxStreamBytes;
}

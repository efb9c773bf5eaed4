namespace CudaNet.Weights;

/// <summary>How a model is opened.</summary>
public sealed record ModelFileOptions
{
    /// <summary>The default of <see cref="MaxStreamBytes"/>: the longest array, 2 GiB less 57 bytes.</summary>
    public const long DefaultMaxStreamBytes = 0x7FFF_FFC7;

    /// <summary>
    /// The entry of a checkpoint that holds the weights. Null: <c>state_dict_ema</c>, <c>model_ema</c>, <c>state_dict</c>, <c>model</c> (timm's order),
    /// or the whole checkpoint. A name is an error for files that have one set of weights (safetensors, shards).
    /// </summary>
    public string? StateDict { get; init; }

    /// <summary>True: nothing that the file says beside its weights (labels, preprocessing, the architecture's name) is read, so that malformed entries do no harm.</summary>
    public bool IgnoreMetadata { get; init; }

    /// <summary>True: the weights are copied and the file is closed at once, so that it (or the bytes) may be overwritten in place afterwards.</summary>
    public bool CopyWeights { get; init; }

    /// <summary>
    /// The most bytes that a stream may have; beyond <see cref="DefaultMaxStreamBytes"/> nothing changes. Files are mapped and bytes are there already:
    /// neither is limited by it.
    /// </summary>
    public long MaxStreamBytes { get; init; } = DefaultMaxStreamBytes;
}

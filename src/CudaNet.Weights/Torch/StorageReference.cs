namespace CudaNet.Weights;

/// <summary>A storage as a pickle names it; its bytes are elsewhere in the file.</summary>
/// <param name="Type">Element type; bytes for an untyped storage.</param>
/// <param name="Key">Its name: a key to look up, never a path.</param>
/// <param name="ElementCount">Elements that the pickle says it has.</param>
/// <param name="Offset">First element, where this is a view of a storage (stream format only).</param>
internal sealed record StorageReference(WeightType Type, string Key, long ElementCount, long Offset)
{
    /// <summary>Its bytes, where the pickle itself has them; null where they are elsewhere, under the key.</summary>
    public PickleBytes? Bytes { get; init; }

    /// <summary>Where <see cref="Bytes"/> start with something else, its first byte.</summary>
    public long Start { get; init; }

    /// <summary>The byte order of <see cref="Bytes"/>.</summary>
    public bool IsBigEndian { get; init; }
}

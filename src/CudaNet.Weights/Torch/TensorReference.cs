namespace CudaNet.Weights;

/// <summary>A tensor as a pickle describes it; nothing is checked yet.</summary>
/// <param name="Storage">Where its elements are.</param>
/// <param name="Type">Element type.</param>
/// <param name="Offset">First element in the storage.</param>
/// <param name="Extents">Its shape.</param>
/// <param name="Strides">Elements from one index to the next, an axis.</param>
/// <param name="IsNegated">True where its values are the storage's with the other sign: PyTorch's negative bit.</param>
internal sealed record TensorReference(StorageReference Storage, WeightType Type, long Offset, long[] Extents, long[] Strides, bool IsNegated)
{
    private object? _current;

    /// <summary>
    /// What it is once the pickle has run: itself, another description, or a <see cref="MalformedTensor"/>. Whoever holds the tensor sees what is done to it
    /// later, as in Python.
    /// </summary>
    public object Current => _current ?? this;

    /// <summary>Another tensor over the same values as this one has now, to which things are done apart.</summary>
    public object Share() => Current is TensorReference now ? new TensorReference(now.Storage, now.Type, now.Offset, now.Extents, now.Strides, now.IsNegated) : Current;

    /// <summary>Gives it a state: the argument of BUILD.</summary>
    public void Build(object? state) => _current = TensorState.Apply(Current, state);

    /// <summary>Makes it malformed.</summary>
    /// <param name="reason">As in <see cref="MalformedTensor"/>.</param>
    public void Spoil(string reason) => _current = new MalformedTensor(reason);
}

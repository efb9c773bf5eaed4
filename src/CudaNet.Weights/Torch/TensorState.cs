namespace CudaNet.Weights;

/// <summary>
/// What a state makes of a tensor: PyTorch's <c>Tensor.__setstate__</c> (<c>torch/_tensor.py</c>), whose states are told by their number of members. One that it
/// has no meaning for makes a <see cref="MalformedTensor"/>.
/// </summary>
internal static class TensorState
{
    /// <summary>The tensor with that state.</summary>
    /// <param name="tensor">A <see cref="TensorReference"/> or a <see cref="MalformedTensor"/>, which stays one.</param>
    /// <param name="state">What the pickle gives it; null is no state.</param>
    public static object Apply(object tensor, object? state) => (tensor, state) switch
    {
        (MalformedTensor, _) or (_, null) => tensor,

        // Whether training changes it, a flag without meaning, hooks of gradients.
        (_, object?[] and [bool, bool, null or PickleDictionary]) => tensor,

        // set_: other elements, for the same type and sign.
        (TensorReference { IsNegated: false } before, object?[] and [StorageReference storage, long offset, var extents, var strides])
            when storage.Type == before.Type && RebuildArgument.Size.Fits(extents) && RebuildArgument.Stride.Fits(strides) =>
            new TensorReference(storage, before.Type, offset, Numbers(extents), Numbers(strides), IsNegated: false),

        // A variable of old: its data goes first.
        (_, object?[] and [TensorReference data, _, null or PickleDictionary, bool, bool]) => data.Share(),
        _ => new MalformedTensor($"is given a state ({PickleValues.Describe(state)}) that is not understood"),
    };

    /// <summary>Numbers of which an argument has said that they fit.</summary>
    public static long[] Numbers(object? values) => [.. ((object?[])values!).Cast<long>()];
}

namespace CudaNet.Weights;

/// <summary>A tensor as a pickle describes it; nothing is checked yet.</summary>
/// <param name="Storage">Where its elements are.</param>
/// <param name="Type">Element type.</param>
/// <param name="Offset">First element in the storage.</param>
/// <param name="Extents">Its shape.</param>
/// <param name="Strides">Elements from one index to the next, an axis.</param>
/// <param name="IsNegated">True where its values are the storage's with the other sign: PyTorch's negative bit.</param>
internal sealed record TensorReference(StorageReference Storage, WeightType Type, long Offset, long[] Extents, long[] Strides, bool IsNegated);

using System.Globalization;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// What is done so that an image's bits do not depend on the other images of its batch, where a library computes: cuDNN's convolutions, and cuBLAS where it is
/// asked for. CudaNet's own kernels have that by construction. <see cref="Checked"/> unless another is said.
/// </summary>
public readonly record struct BatchBits
{
    private const int NoChunk = -1;
    private readonly int _value;

    private BatchBits(int value) => _value = value;

    /// <summary>
    /// Each layer is tried on fixed values when an executable for a batch is loaded, and compared bit by bit with batches of one image; where they differ, the
    /// layer's batch runs in calls of half as many images, down to one. Evidence, not proof.
    /// </summary>
    public static BatchBits Checked => default;

    /// <summary>Nothing is: bits may depend on the batch.</summary>
    public static BatchBits Ignore => new(NoChunk);

    /// <summary>The images of every call; null where they are not given.</summary>
    public int? Images => _value > 0 ? _value : null;

    internal bool IsChecked => _value == 0;

    /// <summary>Every batch, of one image too, runs in calls of that many images, the last one filled up with zeros: equal among all batches without a check.</summary>
    /// <param name="images">At least 1. Many are fast for large batches, and make small ones pay for as many.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public static BatchBits Chunk(int images)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(images);
        return new BatchBits(images);
    }

    /// <summary><c>checked</c>, <c>ignored</c>, or <c>chunks of 4</c>.</summary>
    public override string ToString() => IsChecked ? "checked" : Images is { } images ? string.Create(CultureInfo.InvariantCulture, $"chunks of {images}") : "ignored";
}

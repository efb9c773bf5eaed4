namespace CudaNet.Engine;

/// <summary>
/// Dense row-major fp32 values on the host under a shape; images are N×C×H×W. Read-only through this type: the memory may be a mapped file,
/// which lives as long as what opened it. Whoever made the memory may write to it, not while a run reads it.
/// </summary>
public sealed class Tensor
{
    /// <param name="shape">Extents.</param>
    /// <param name="memory">Exactly <see cref="TensorShape.ElementCount"/> values; not copied.</param>
    /// <exception cref="ShapeException">The lengths differ.</exception>
    public Tensor(TensorShape shape, ReadOnlyMemory<float> memory)
    {
        if (memory.Length != shape.ElementCount)
        {
            throw new ShapeException($"a tensor of shape {shape} needs {shape.ElementCount} values, not {memory.Length}");
        }

        Shape = shape;
        Memory = memory;
    }

    /// <summary>Extents.</summary>
    public TensorShape Shape { get; }

    /// <summary>The values, row-major.</summary>
    public ReadOnlyMemory<float> Memory { get; }

    /// <summary>The values, row-major.</summary>
    public ReadOnlySpan<float> Values => Memory.Span;

    /// <summary>Image <paramref name="index"/> of a batch, as a batch of one over the same memory.</summary>
    public Tensor Image(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Shape.Batch);
        int length = checked((int)(Shape.ElementCount / Shape.Batch));
        return new Tensor(Shape.WithBatch(1), Memory.Slice(index * length, length));
    }
}

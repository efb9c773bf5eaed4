using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Where the elements of a tensor lie in a storage; checked to lie inside it.</summary>
/// <param name="Shape">Extents.</param>
/// <param name="Offset">First element.</param>
/// <param name="Strides">Elements from one index to the next, an axis.</param>
/// <param name="Span">Elements from the first to the last, both included; 0 for an empty tensor.</param>
internal sealed record TensorLayout(TensorShape Shape, long Offset, long[] Strides, long Span)
{
    /// <summary>True where the elements lie row-major without gaps.</summary>
    public bool IsContiguous { get; } = HasRowMajorStrides(Shape, Strides);

    /// <summary>Row-major from the first element of a storage.</summary>
    public static TensorLayout Contiguous(TensorShape shape)
    {
        long[] strides = new long[shape.Rank];
        long stride = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= Math.Max(shape[axis], 1);
        }

        return new TensorLayout(shape, 0, strides, shape.ElementCount);
    }

    /// <summary>Extents as a file has them.</summary>
    /// <exception cref="ShapeException">They are negative, too many, too large, or their product overflows.</exception>
    public static TensorShape ShapeOf(ReadOnlySpan<long> extents)
    {
        if (extents.Length > TensorShape.MaxRank)
        {
            throw new ShapeException($"{extents.Length} dimensions are beyond the {TensorShape.MaxRank} supported");
        }

        Span<int> narrow = stackalloc int[extents.Length];
        for (int axis = 0; axis < extents.Length; axis++)
        {
            narrow[axis] = extents[axis] is >= 0 and <= int.MaxValue ? (int)extents[axis] : throw new ShapeException($"extent {extents[axis]} is out of range");
        }

        return new TensorShape(narrow);
    }

    /// <summary>A view of a storage of <paramref name="storageElements"/> elements.</summary>
    /// <exception cref="ShapeException">The view leaves the storage, or its numbers overflow.</exception>
    public static TensorLayout View(long[] extents, long[] strides, long offset, long storageElements)
    {
        TensorShape shape = ShapeOf(extents);
        if (strides.Length != extents.Length || strides.Any(s => s < 0) || offset < 0)
        {
            throw new ShapeException($"a tensor {shape} cannot have the strides ({string.Join(", ", strides.Take(TensorShape.MaxRank))}) and the offset {offset}");
        }

        if (shape.ElementCount == 0)
        {
            return new TensorLayout(shape, 0, strides, 0);
        }

        Int128 last = offset;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            last += (Int128)(shape[axis] - 1) * strides[axis];
        }

        return last < storageElements
            ? new TensorLayout(shape, offset, strides, (long)last - offset + 1)
            : throw new ShapeException($"a tensor {shape} with its last element at {last} leaves its storage of {storageElements} elements");
    }

    /// <summary>Copies the elements in row-major order.</summary>
    /// <param name="span">The bytes from the first element to the last.</param>
    /// <param name="sizeBytes">Bytes an element.</param>
    /// <param name="destination">Room for all elements.</param>
    public void Gather(ReadOnlySpan<byte> span, int sizeBytes, Span<byte> destination)
    {
        Span<int> index = stackalloc int[TensorShape.MaxRank];
        index.Clear();
        long source = 0;
        for (int target = 0; target < destination.Length; target += sizeBytes)
        {
            span.Slice((int)(source * sizeBytes), sizeBytes).CopyTo(destination[target..]);
            for (int axis = Shape.Rank - 1; axis >= 0; axis--)
            {
                source += Strides[axis];
                if (++index[axis] < Shape[axis])
                {
                    break;
                }

                source -= Strides[axis] * Shape[axis];
                index[axis] = 0;
            }
        }
    }

    private static bool HasRowMajorStrides(TensorShape shape, long[] strides)
    {
        long expected = 1;
        for (int axis = shape.Rank - 1; axis >= 0 && shape.ElementCount > 0; axis--)
        {
            if (shape[axis] != 1 && strides[axis] != expected)
            {
                return false;
            }

            expected *= shape[axis];
        }

        return true;
    }
}

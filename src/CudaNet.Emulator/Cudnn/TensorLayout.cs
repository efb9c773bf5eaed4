using CudaNet.Emulator.Arithmetic;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cudnn;

/// <summary>The value of a tensor descriptor: extents in the order N, C, then the spatial ones, strides in elements. Never changes.</summary>
internal sealed class TensorLayout(cudnnDataType_t type, int[] extents, int[] strides, bool isVectorised = false)
{
    public cudnnDataType_t Type { get; } = type;

    public ReadOnlySpan<int> Extents => extents;

    public ReadOnlySpan<int> Strides => strides;

    public int Rank => extents.Length;

    /// <summary>Whether strides count vectors of channels (NCHW_VECT_C).</summary>
    public bool IsVectorised { get; } = isVectorised;

    public ElementType Element => CudnnTypes.Element(Type);

    public int ElementCount => extents.Aggregate(1, (product, extent) => checked(product * extent));

    /// <summary>From the first element to the last, in elements: what must be accessible.</summary>
    public long Span
    {
        get
        {
            long span = 1;
            for (int i = 0; i < extents.Length; i++)
            {
                int extent = IsVectorised && i == 1 ? extents[i] / CudnnTypes.VectorOf(Type) : extents[i];
                span += (extent - 1) * Math.Abs((long)strides[i]);
            }

            return span;
        }
    }

    public long SizeInBytes => Span * CudnnTypes.SizeOf(Type);

    public bool HasNegativeStride => strides.Any(stride => stride < 0);

    /// <summary>Dense, the last extent innermost; strides of extents of 1 do not matter.</summary>
    public bool IsNchw => IsPacked([.. Enumerable.Range(0, Rank)]);

    /// <summary>Dense, channels innermost.</summary>
    public bool IsNhwc => IsPacked([0, .. Enumerable.Range(2, Rank - 2), 1]);

    /// <summary>Extent <paramref name="axis"/>; 1 past the last.</summary>
    public int Extent(int axis) => axis < Rank ? extents[axis] : 1;

    public int Stride(int axis) => axis < Rank ? strides[axis] : 1;

    public bool HasExtents(params ReadOnlySpan<int> expected) => Extents.SequenceEqual(expected);

    public bool HasExtentsOf(TensorLayout other) => Extents.SequenceEqual(other.Extents);

    /// <summary>Type, extents and strides are equal, strides of extents of 1 left out.</summary>
    public bool IsSameAs(TensorLayout other)
    {
        if (Type != other.Type || !HasExtentsOf(other))
        {
            return false;
        }

        for (int i = 0; i < Rank; i++)
        {
            if (extents[i] > 1 && strides[i] != other.Strides[i])
            {
                return false;
            }
        }

        return true;
    }

    public override string ToString() => $"{string.Join('×', extents)} {Type} strides {string.Join(',', strides)}";

    private bool IsPacked(ReadOnlySpan<int> order)
    {
        long expected = 1;
        for (int i = order.Length - 1; i >= 0; i--)
        {
            int axis = order[i];
            if (extents[axis] > 1 && strides[axis] != expected)
            {
                return false;
            }

            expected *= extents[axis];
        }

        return true;
    }
}

using CudaNet.Emulator.Arithmetic;

namespace CudaNet.Emulator.Cudnn;

/// <summary>A strided tensor as rows of equally spaced elements, in the logical order of its extents.</summary>
internal sealed class TensorWalk
{
    private readonly ElementType _type;
    private readonly int[] _extents;
    private readonly long[] _strides;

    private TensorWalk(ElementType type, ReadOnlySpan<int> extents, ReadOnlySpan<int> strides)
    {
        _type = type;
        List<int> kept = [];
        List<long> steps = [];
        for (int i = 0; i < extents.Length; i++)
        {
            if (extents[i] > 1)
            {
                kept.Add(extents[i]);
                steps.Add(strides[i]);
            }
        }

        Length = kept.Count == 0 ? 1 : kept[^1];
        Stride = kept.Count == 0 ? 1 : (int)steps[^1];
        _extents = kept.Count == 0 ? [] : [.. kept.SkipLast(1)];
        _strides = kept.Count == 0 ? [] : [.. steps.SkipLast(1)];
        Rows = _extents.Aggregate(1, (product, extent) => product * extent);
    }

    public int Rows { get; }

    /// <summary>Elements of a row.</summary>
    public int Length { get; }

    private int Stride { get; }

    public static TensorWalk Of(TensorLayout layout) => new(layout.Element, layout.Extents, layout.Strides);

    /// <summary>Walks the tensor as if it had the extents given: where its own extent is 1 it repeats.</summary>
    public static TensorWalk Broadcast(TensorLayout layout, ReadOnlySpan<int> extents)
    {
        int[] strides = new int[extents.Length];
        for (int i = 0; i < strides.Length; i++)
        {
            strides[i] = layout.Extent(i) == 1 ? 0 : layout.Stride(i);
        }

        return new TensorWalk(layout.Element, extents, strides);
    }

    public void Load<T>(ReadOnlySpan<byte> memory, Span<T> values)
        where T : unmanaged
    {
        for (int row = 0; row < Rows; row++)
        {
            Elements.Read(memory[Offset(row)..], _type, Stride, values.Slice(row * Length, Length));
        }
    }

    public void Store<T>(ReadOnlySpan<T> values, Span<byte> memory)
        where T : unmanaged
    {
        for (int row = 0; row < Rows; row++)
        {
            Elements.Write(values.Slice(row * Length, Length), _type, Stride, memory[Offset(row)..]);
        }
    }

    /// <summary>Where a row starts, in bytes.</summary>
    private int Offset(int row)
    {
        long offset = 0;
        for (int i = _extents.Length - 1; i >= 0; i--)
        {
            (row, int index) = Math.DivRem(row, _extents[i]);
            offset += index * _strides[i];
        }

        return checked((int)(offset * Elements.SizeOf(_type)));
    }
}

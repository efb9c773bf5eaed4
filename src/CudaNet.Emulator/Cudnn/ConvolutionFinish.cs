using System.Numerics;
using CudaNet.Emulator.Arithmetic;

namespace CudaNet.Emulator.Cudnn;

/// <summary>What becomes of a convolution's sums: y = act(α·sum + α₂·z + bias) + β·y, in the sums' type, rounded once to y's.</summary>
/// <param name="y">The result's layout.</param>
/// <param name="alpha">α.</param>
/// <param name="beta">β; y is not read where it is 0.</param>
internal sealed class ConvolutionFinish<T>(TensorLayout y, T alpha, T beta)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _height = y.Extents[2];
    private readonly int _width = y.Extents[3];
    private readonly int _size = Elements.SizeOf(y.Element);
    private readonly T[] _old = new T[y.Extents[3]];
    private readonly T[] _added = new T[y.Extents[3]];

    /// <summary>The result's bytes, live for this call only.</summary>
    public required unsafe byte* Memory { get; init; }

    /// <summary>The added tensor's bytes, in y's layout; null for none.</summary>
    public unsafe byte* Added { get; init; }

    public T AddedScale { get; init; }

    /// <summary>One value for each filter; empty for none.</summary>
    public T[] Bias { get; init; } = [];

    public bool IsRectified { get; init; }

    /// <summary>Finishes one image.</summary>
    /// <param name="n">Its number.</param>
    /// <param name="sums">(K, P, Q).</param>
    public unsafe void Image(int n, Span<T> sums)
    {
        int filters = y.Extents[1];
        int rowBytes = (((_width - 1) * y.Strides[3]) + 1) * _size;
        for (int h = 0; h < _height; h++)
        {
            for (int k = 0; k < filters; k++)
            {
                Span<T> row = sums.Slice(((k * _height) + h) * _width, _width);
                long offset = (((long)n * y.Strides[0]) + ((long)k * y.Strides[1]) + ((long)h * y.Strides[2])) * _size;
                Span<byte> stored = new(Memory + offset, rowBytes);
                Finish(row, k, stored, Added == null ? default : new ReadOnlySpan<byte>(Added + offset, rowBytes));
                Elements.Write<T>(row, y.Element, y.Strides[3], stored);
            }
        }
    }

    private void Finish(Span<T> row, int filter, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> added)
    {
        foreach (ref T value in row)
        {
            value *= alpha;
        }

        if (!added.IsEmpty)
        {
            Elements.Read<T>(added, y.Element, y.Strides[3], _added);
            for (int i = 0; i < row.Length; i++)
            {
                row[i] += AddedScale * _added[i];
            }
        }

        if (Bias.Length > 0)
        {
            foreach (ref T value in row)
            {
                value += Bias[filter];
            }
        }

        if (IsRectified)
        {
            foreach (ref T value in row)
            {
                value = value > T.Zero ? value : T.Zero;
            }
        }

        if (beta != T.Zero)
        {
            Elements.Read<T>(stored, y.Element, y.Strides[3], _old);
            for (int i = 0; i < row.Length; i++)
            {
                row[i] += beta * _old[i];
            }
        }
    }
}

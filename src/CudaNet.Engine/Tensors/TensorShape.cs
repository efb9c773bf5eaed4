using System.Diagnostics.CodeAnalysis;

namespace CudaNet.Engine;

/// <summary>
/// The extents of a tensor, outermost first, printed <c>1×64×56×56</c>. Images and activations are N×C×H×W, vectors N×C. Extents are at
/// least 0 and their product fits in 63 bits: the constructor checks, so nothing after it has to. Immutable.
/// </summary>
public readonly struct TensorShape : IEquatable<TensorShape>
{
    /// <summary>The longest list of extents that is accepted.</summary>
    public const int MaxRank = 16;

    private readonly int[]? _extents;

    /// <exception cref="ShapeException">An extent is negative, there are too many, or their product overflows.</exception>
    public TensorShape(params ReadOnlySpan<int> extents)
    {
        if (extents.Length > MaxRank)
        {
            throw new ShapeException($"a tensor of rank {extents.Length} is beyond the {MaxRank} dimensions supported");
        }

        _extents = extents.ToArray();
        ElementCount = Product(extents);
    }

    /// <summary>The number of extents; 0 is a scalar.</summary>
    public int Rank => Extents.Length;

    /// <summary>The product of the extents; 1 for a scalar.</summary>
    public long ElementCount => field == 0 && Rank == 0 ? 1 : field;

    /// <summary>The extents, outermost first.</summary>
    public ReadOnlySpan<int> Extents => _extents;

    /// <summary>Extent <paramref name="axis"/>, outermost is 0.</summary>
    public int this[int axis] => Extents[axis];

    /// <summary>Images in the batch (axis 0).</summary>
    public int Batch => this[0];

    /// <summary>Channels (axis 1).</summary>
    public int Channels => this[1];

    /// <summary>Rows (axis 2); 1 for N×C.</summary>
    public int Height => Rank > 2 ? this[2] : 1;

    /// <summary>Columns (axis 3); 1 for N×C.</summary>
    public int Width => Rank > 3 ? this[3] : 1;

    /// <summary>The same shape with another batch size.</summary>
    public TensorShape WithBatch(int batch)
    {
        int[] extents = Extents.ToArray();
        extents[0] = batch;
        return new TensorShape(extents);
    }

    /// <summary>Extents joined by ×, or "scalar".</summary>
    public override string ToString() => Rank == 0 ? "scalar" : string.Join('×', Extents.ToArray());

    /// <inheritdoc/>
    public bool Equals(TensorShape other) => Extents.SequenceEqual(other.Extents);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is TensorShape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int extent in Extents)
        {
            hash.Add(extent);
        }

        return hash.ToHashCode();
    }

    /// <summary>True where all extents agree.</summary>
    public static bool operator ==(TensorShape left, TensorShape right) => left.Equals(right);

    /// <summary>True where an extent differs.</summary>
    public static bool operator !=(TensorShape left, TensorShape right) => !left.Equals(right);

    private static long Product(ReadOnlySpan<int> extents)
    {
        long product = 1;
        foreach (int extent in extents)
        {
            if (extent < 0)
            {
                throw new ShapeException($"extent {extent} of {string.Join('×', extents.ToArray())} is negative");
            }
        }

        foreach (int extent in extents)
        {
            if (extent != 0 && product > long.MaxValue / extent)
            {
                throw new ShapeException($"the product of {string.Join('×', extents.ToArray())} overflows");
            }

            product *= extent;
        }

        return product;
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Keeps denormal values away from convolutions, where a processor may need a hundred times as long for each: an image whose largest finite magnitude is small is
/// multiplied by a power of two, which <see cref="UnscalePhase{T}"/> takes back from the sums, and what is tiny beside the largest becomes zero. A matter of each image
/// alone; docs/numerics.md has the bounds.
/// </summary>
internal sealed unsafe class InputScale
{
    /// <summary>An image whose largest finite magnitude is below 2 to this is scaled, to there.</summary>
    public const int LeastExponent = -36;

    /// <summary>Values below 2 to this become zero: at most 2⁻⁶⁴ of the largest, and large enough that products with weights of 2⁻²⁶ are normal.</summary>
    public const int TinyExponent = LeastExponent - 64;

    private const int SignBit = int.MinValue, MantissaBits = 23, Bias = 127, DenormalExponent = -149;
    private const int Infinity = 0x7F80_0000, LeastNormal = 1 << MantissaBits, Tiny = (TinyExponent + Bias) << MantissaBits;

    private readonly int[] _exponents;
    private readonly int _channels;
    private readonly int _width;
    private readonly float* _rows;

    /// <param name="batch">Images.</param>
    /// <param name="channels">Of each.</param>
    /// <param name="width">Columns of each.</param>
    /// <param name="threads">That copy rows at once.</param>
    /// <param name="arena">Owns a row of each.</param>
    public InputScale(int batch, int channels, int width, int threads, NativeArena arena)
    {
        _exponents = new int[batch];
        _channels = channels;
        _width = width;
        _rows = arena.Allocate(checked(threads * (long)channels * width), "the input").Pointer;
    }

    /// <summary>Whether any image of the run is scaled.</summary>
    public bool IsScaling { get; private set; }

    /// <summary>From which image of the run on images are counted below: the first of the part of the batch that is being computed.</summary>
    public int FirstImage { get; set; }

    /// <summary>The power of two that an image of the run is multiplied by.</summary>
    public int Exponent(int image) => _exponents[FirstImage + image];

    /// <summary>Looks at a run's images: at a few values of one that is not small, at all of one that is.</summary>
    public void Measure(ReadOnlySpan<float> input)
    {
        IsScaling = false;
        for (int image = 0; image < _exponents.Length; image++)
        {
            int elements = input.Length / _exponents.Length;
            int largest = Largest(input.Slice(image * elements, elements));
            int exponent = largest == 0 ? LeastExponent : Math.ILogB(BitConverter.Int32BitsToSingle(largest));
            _exponents[image] = Math.Max(0, LeastExponent - exponent);
            IsScaling |= _exponents[image] > 0;
        }
    }

    /// <summary>A row of all channels as steps read it; null where that is the row as it is.</summary>
    /// <param name="row">The first channel's.</param>
    /// <param name="plane">Elements to the same row of the next channel; of the row that is answered, the image's width.</param>
    /// <param name="image">Which image.</param>
    /// <param name="worker">Which thread of the team: the row that is answered is its own.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float* Row(float* row, nint plane, int image, int worker)
    {
        int exponent = Exponent(image);
        if (exponent == 0 && !HasTiny(row, plane))
        {
            return null;
        }

        float* scaled = _rows + (worker * (nint)_channels * _width);
        for (int c = 0; c < _channels; c++)
        {
            Scale(new ReadOnlySpan<float>(row + (c * plane), _width), exponent, new Span<float>(scaled + (c * (nint)_width), _width));
        }

        return scaled;
    }

    /// <summary>The bits of the largest finite magnitude, or of one that is not small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Largest(ReadOnlySpan<float> values)
    {
        const int block = 1024;
        int largest = 0;
        for (int start = 0; start < values.Length && largest < (LeastExponent + Bias) << MantissaBits; start += block)
        {
            ReadOnlySpan<float> some = values.Slice(start, Math.Min(block, values.Length - start));
            Vector<int> most = Vector<int>.Zero;
            for (; some.Length >= Vector<int>.Count; some = some[Vector<int>.Count..])
            {
                Vector<int> magnitude = Vector.AndNot(Vector.AsVectorInt32(new Vector<float>(some)), new Vector<int>(SignBit));
                most = Vector.Max(most, Vector.BitwiseAnd(magnitude, Vector.LessThan(magnitude, new Vector<int>(Infinity))));
            }

            for (int lane = 0; lane < Vector<int>.Count; lane++)
            {
                largest = Math.Max(largest, most[lane]);
            }

            foreach (float value in some)
            {
                largest = float.IsFinite(value) ? Math.Max(largest, Magnitude(value)) : largest;
            }
        }

        return largest;
    }

    private static int Magnitude(float value) => BitConverter.SingleToInt32Bits(value) & ~SignBit;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool HasTiny(float* row, nint plane)
    {
        for (int c = 0; c < _channels; c++)
        {
            ReadOnlySpan<float> values = new(row + (c * plane), _width);
            Vector<int> found = Vector<int>.Zero;
            for (; values.Length >= Vector<int>.Count; values = values[Vector<int>.Count..])
            {
                Vector<int> magnitude = Vector.AndNot(Vector.AsVectorInt32(new Vector<float>(values)), new Vector<int>(SignBit));
                found |= Vector.LessThan(magnitude, new Vector<int>(Tiny)) & Vector.GreaterThan(magnitude, Vector<int>.Zero);
            }

            bool isFound = found != Vector<int>.Zero;
            foreach (float value in values)
            {
                isFound |= Magnitude(value) is > 0 and < Tiny;
            }

            if (isFound)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Multiplies by a power of two, exactly, and clears what is tiny then. Denormal values are read as whole numbers: not even here are they operands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(ReadOnlySpan<float> values, int exponent, Span<float> scaled)
    {
        float normal = Power(exponent), denormal = DenormalExponent + exponent > -Bias ? Power(DenormalExponent + exponent) : 0;
        Vector<int> sign = new(SignBit);
        int x = 0;
        for (; x + Vector<float>.Count <= values.Length; x += Vector<float>.Count)
        {
            Vector<int> bits = Vector.AsVectorInt32(new Vector<float>(values[x..])), magnitude = Vector.AndNot(bits, sign);
            Vector<int> isDenormal = Vector.LessThan(magnitude, new Vector<int>(LeastNormal));
            Vector<float> large = Vector.AsVectorSingle(Vector.AndNot(magnitude, isDenormal)) * normal;
            Vector<float> small = Vector.ConvertToSingle(magnitude & isDenormal) * denormal;
            Vector<int> product = Vector.AsVectorInt32(large) | Vector.AsVectorInt32(small);
            product = Vector.AndNot(product, Vector.LessThan(product, new Vector<int>(Tiny)));
            Vector.AsVectorSingle(product | (bits & sign)).CopyTo(scaled[x..]);
        }

        for (; x < values.Length; x++)
        {
            int magnitude = Magnitude(values[x]);
            float product = magnitude < LeastNormal ? magnitude * denormal : BitConverter.Int32BitsToSingle(magnitude) * normal;
            scaled[x] = Magnitude(product) < Tiny ? MathF.CopySign(0, values[x]) : MathF.CopySign(product, values[x]);
        }
    }

    private static float Power(int exponent) => BitConverter.Int32BitsToSingle((exponent + Bias) << MantissaBits);
}

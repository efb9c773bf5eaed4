using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Kernels.Cpu;

/// <summary>Sixteen lanes: AVX-512F.</summary>
internal unsafe struct Simd512 : ISimd<Simd512>
{
    private Vector512<float> _value;

    private Simd512(Vector512<float> value) => _value = value;

    public static int Count => 16;

    public static int Registers => 32;

    public static Simd512 Load(float* source) => new(Avx512F.LoadVector512(source));

    public static void Store(Simd512 value, float* destination) => Avx512F.Store(destination, value._value);

    public static Simd512 Broadcast(float value) => new(Vector512.Create(value));

    public static Simd512 Add(Simd512 left, Simd512 right) => new(Avx512F.Add(left._value, right._value));

    public static Simd512 MultiplyAdd(Simd512 left, Simd512 right, Simd512 addend) => new(Avx512F.FusedMultiplyAdd(left._value, right._value, addend._value));

    public static void Accumulate(ref Simd512 sum, Simd512 left, Simd512 right) => sum._value = Avx512F.FusedMultiplyAdd(left._value, right._value, sum._value);

    public static Simd512 Subtract(Simd512 left, Simd512 right) => new(left._value - right._value);

    public static Simd512 Multiply(Simd512 left, Simd512 right) => new(left._value * right._value);

    public static Simd512 NegateMultiplyAdd(Simd512 left, Simd512 right, Simd512 addend) => new(Avx512F.FusedMultiplyAddNegated(left._value, right._value, addend._value));

    public static bool IsFinite(Simd512 value) => Vector512.LessThanOrEqualAll(Vector512.Abs(value._value), Vector512.Create(float.MaxValue));

    public static Simd512 Relu(Simd512 value) => new(Vector512.ConditionalSelect(Vector512.LessThanOrEqual(value._value, Vector512<float>.Zero), Vector512<float>.Zero, value._value));

    public static Simd512 Max(Simd512 left, Simd512 right) => new(Vector512.Max(left._value, right._value));

    public static Simd512 Permute(Simd512 value, int* lanes) => new(Avx512F.PermuteVar16x32(value._value, Vector512.Load(lanes)));

    /// <remarks>Quarters of vectors are brought together as they are loaded; what is left are transpositions of 4×4 inside each quarter.</remarks>
    public static void Transpose(float* source, nint stride, float* destination, nint rowStride, bool streams)
    {
        for (int quarter = 0; quarter < 4; quarter++, source += 4, destination += 4 * rowStride)
        {
            Vector512<float> v0 = Quarters(source, stride), v1 = Quarters(source + stride, stride);
            Vector512<float> v2 = Quarters(source + (2 * stride), stride), v3 = Quarters(source + (3 * stride), stride);
            Vector512<float> low02 = Avx512F.UnpackLow(v0, v2), high02 = Avx512F.UnpackHigh(v0, v2);
            Vector512<float> low13 = Avx512F.UnpackLow(v1, v3), high13 = Avx512F.UnpackHigh(v1, v3);
            Put(Avx512F.UnpackLow(low02, low13), destination, streams);
            Put(Avx512F.UnpackHigh(low02, low13), destination + rowStride, streams);
            Put(Avx512F.UnpackLow(high02, high13), destination + (2 * rowStride), streams);
            Put(Avx512F.UnpackHigh(high02, high13), destination + (3 * rowStride), streams);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector512<float> value, float* destination, bool streams)
    {
        if (streams)
        {
            Avx512F.StoreAlignedNonTemporal(destination, value);
        }
        else
        {
            Avx512F.Store(destination, value);
        }
    }

    /// <summary>Four elements of each vector that is four further than the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Quarters(float* source, nint stride)
    {
        Vector512<float> first = Vector128.Load(source).ToVector256Unsafe().ToVector512Unsafe();
        Vector512<float> two = Avx512F.InsertVector128(first, Vector128.Load(source + (4 * stride)), 1);
        Vector512<float> three = Avx512F.InsertVector128(two, Vector128.Load(source + (8 * stride)), 2);
        return Avx512F.InsertVector128(three, Vector128.Load(source + (12 * stride)), 3);
    }
}

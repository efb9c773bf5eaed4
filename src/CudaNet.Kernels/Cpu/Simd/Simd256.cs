using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Kernels.Cpu;

/// <summary>Eight lanes: AVX2 and FMA3.</summary>
internal unsafe struct Simd256 : ISimd<Simd256>
{
    private Vector256<float> _value;

    private Simd256(Vector256<float> value) => _value = value;

    public static int Count => 8;

    public static int Registers => 16;

    public static Simd256 Load(float* source) => new(Avx.LoadVector256(source));

    public static void Store(Simd256 value, float* destination) => Avx.Store(destination, value._value);

    public static Simd256 Broadcast(float value) => new(Vector256.Create(value));

    public static Simd256 Add(Simd256 left, Simd256 right) => new(Avx.Add(left._value, right._value));

    public static Simd256 MultiplyAdd(Simd256 left, Simd256 right, Simd256 addend) => new(Fma.MultiplyAdd(left._value, right._value, addend._value));

    public static void Accumulate(ref Simd256 sum, Simd256 left, Simd256 right) => sum._value = Fma.MultiplyAdd(left._value, right._value, sum._value);

    public static Simd256 Subtract(Simd256 left, Simd256 right) => new(left._value - right._value);

    public static Simd256 Multiply(Simd256 left, Simd256 right) => new(left._value * right._value);

    public static Simd256 NegateMultiplyAdd(Simd256 left, Simd256 right, Simd256 addend) => new(Fma.MultiplyAddNegated(left._value, right._value, addend._value));

    public static bool IsFinite(Simd256 value) => Vector256.LessThanOrEqualAll(Vector256.Abs(value._value), Vector256.Create(float.MaxValue));

    public static Simd256 Relu(Simd256 value) => new(Vector256.AndNot(value._value, Vector256.LessThanOrEqual(value._value, Vector256<float>.Zero)));

    public static Simd256 Max(Simd256 left, Simd256 right) => new(Vector256.Max(left._value, right._value));

    public static Simd256 Permute(Simd256 value, int* lanes) => new(Avx2.PermuteVar8x32(value._value, Avx.LoadVector256(lanes)));

    /// <remarks>Halves of vectors are brought together as they are loaded; what is left are transpositions of 4×4 inside each half.</remarks>
    public static void Transpose(float* source, nint stride, float* destination, nint rowStride, bool streams)
    {
        for (int half = 0; half < 2; half++, source += 4, destination += 4 * rowStride)
        {
            Vector256<float> v0 = Halves(source, stride), v1 = Halves(source + stride, stride);
            Vector256<float> v2 = Halves(source + (2 * stride), stride), v3 = Halves(source + (3 * stride), stride);
            Vector256<float> low02 = Avx.UnpackLow(v0, v2), high02 = Avx.UnpackHigh(v0, v2);
            Vector256<float> low13 = Avx.UnpackLow(v1, v3), high13 = Avx.UnpackHigh(v1, v3);
            Avx.Store(destination, Avx.UnpackLow(low02, low13));
            Avx.Store(destination + rowStride, Avx.UnpackHigh(low02, low13));
            Avx.Store(destination + (2 * rowStride), Avx.UnpackLow(high02, high13));
            Avx.Store(destination + (3 * rowStride), Avx.UnpackHigh(high02, high13));
        }
    }

    /// <summary>Four elements, and four of the vector that is four further.</summary>
    private static Vector256<float> Halves(float* source, nint stride) =>
        Avx.InsertVector128(Vector128.Load(source).ToVector256Unsafe(), Vector128.Load(source + (4 * stride)), 1);
}

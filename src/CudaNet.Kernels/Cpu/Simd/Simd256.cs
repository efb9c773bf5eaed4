using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Kernels.Cpu;

/// <summary>Eight lanes: AVX2 and FMA3.</summary>
internal readonly unsafe struct Simd256 : ISimd<Simd256>
{
    private readonly Vector256<float> _value;

    private Simd256(Vector256<float> value) => _value = value;

    public static int Count => 8;

    public static int TileRows => 6;

    public static Simd256 Load(float* source) => new(Avx.LoadVector256(source));

    public static void Store(Simd256 value, float* destination) => Avx.Store(destination, value._value);

    public static Simd256 Broadcast(float value) => new(Vector256.Create(value));

    public static Simd256 Add(Simd256 left, Simd256 right) => new(Avx.Add(left._value, right._value));

    public static Simd256 MultiplyAdd(Simd256 left, Simd256 right, Simd256 addend) => new(Fma.MultiplyAdd(left._value, right._value, addend._value));

    public static Simd256 Subtract(Simd256 left, Simd256 right) => new(left._value - right._value);

    public static Simd256 Multiply(Simd256 left, Simd256 right) => new(left._value * right._value);

    public static Simd256 NegateMultiplyAdd(Simd256 left, Simd256 right, Simd256 addend) => new(Fma.MultiplyAddNegated(left._value, right._value, addend._value));

    public static bool IsFinite(Simd256 value) => Vector256.LessThanOrEqualAll(Vector256.Abs(value._value), Vector256.Create(float.MaxValue));

    public static Simd256 Max(Simd256 left, Simd256 right) => new(Vector256.Max(left._value, right._value));
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Kernels.Cpu;

/// <summary>Sixteen lanes: AVX-512F.</summary>
internal readonly unsafe struct Simd512 : ISimd<Simd512>
{
    private readonly Vector512<float> _value;

    private Simd512(Vector512<float> value) => _value = value;

    public static int Count => 16;

    public static int TileRows => 14;

    public static Simd512 Load(float* source) => new(Avx512F.LoadVector512(source));

    public static void Store(Simd512 value, float* destination) => Avx512F.Store(destination, value._value);

    public static Simd512 Broadcast(float value) => new(Vector512.Create(value));

    public static Simd512 Add(Simd512 left, Simd512 right) => new(Avx512F.Add(left._value, right._value));

    public static Simd512 MultiplyAdd(Simd512 left, Simd512 right, Simd512 addend) => new(Avx512F.FusedMultiplyAdd(left._value, right._value, addend._value));

    public static Simd512 Subtract(Simd512 left, Simd512 right) => new(left._value - right._value);

    public static Simd512 Multiply(Simd512 left, Simd512 right) => new(left._value * right._value);

    public static Simd512 NegateMultiplyAdd(Simd512 left, Simd512 right, Simd512 addend) => new(Avx512F.FusedMultiplyAddNegated(left._value, right._value, addend._value));

    public static bool IsFinite(Simd512 value) => Vector512.LessThanOrEqualAll(Vector512.Abs(value._value), Vector512.Create(float.MaxValue));

    public static Simd512 Max(Simd512 left, Simd512 right) => new(Vector512.Max(left._value, right._value));
}

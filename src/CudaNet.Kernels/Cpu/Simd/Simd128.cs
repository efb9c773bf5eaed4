using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Kernels.Cpu;

/// <summary>Four lanes: FMA3 on x86, Advanced SIMD on Arm (which has 32 registers).</summary>
internal readonly unsafe struct Simd128 : ISimd<Simd128>
{
    private readonly Vector128<float> _value;

    private Simd128(Vector128<float> value) => _value = value;

    public static int Count => 4;

    public static int TileRows => AdvSimd.IsSupported ? 14 : 6;

    public static Simd128 Load(float* source) => new(Vector128.Load(source));

    public static void Store(Simd128 value, float* destination) => value._value.Store(destination);

    public static Simd128 Broadcast(float value) => new(Vector128.Create(value));

    public static Simd128 Add(Simd128 left, Simd128 right) => new(left._value + right._value);

    public static Simd128 MultiplyAdd(Simd128 left, Simd128 right, Simd128 addend) => new(
        Fma.IsSupported
            ? Fma.MultiplyAdd(left._value, right._value, addend._value)
            : AdvSimd.FusedMultiplyAdd(addend._value, left._value, right._value));

    public static Simd128 Subtract(Simd128 left, Simd128 right) => new(left._value - right._value);

    public static Simd128 Multiply(Simd128 left, Simd128 right) => new(left._value * right._value);

    public static Simd128 NegateMultiplyAdd(Simd128 left, Simd128 right, Simd128 addend) => new(
        Fma.IsSupported
            ? Fma.MultiplyAddNegated(left._value, right._value, addend._value)
            : AdvSimd.FusedMultiplySubtract(addend._value, left._value, right._value));

    public static bool IsFinite(Simd128 value) => Vector128.LessThanOrEqualAll(Vector128.Abs(value._value), Vector128.Create(float.MaxValue));

    public static Simd128 Max(Simd128 left, Simd128 right) => new(Vector128.Max(left._value, right._value));
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Kernels.Cpu;

/// <summary>Four lanes: FMA3 on x86, Advanced SIMD on Arm (which has 32 registers).</summary>
internal unsafe struct Simd128 : ISimd<Simd128>
{
    private Vector128<float> _value;

    private Simd128(Vector128<float> value) => _value = value;

    public static int Count => 4;

    public static int Registers => AdvSimd.IsSupported ? 32 : 16;

    public static Simd128 Load(float* source) => new(Vector128.Load(source));

    public static void Store(Simd128 value, float* destination) => value._value.Store(destination);

    public static Simd128 Broadcast(float value) => new(Vector128.Create(value));

    public static Simd128 Add(Simd128 left, Simd128 right) => new(left._value + right._value);

    public static Simd128 MultiplyAdd(Simd128 left, Simd128 right, Simd128 addend) => new(
        Fma.IsSupported
            ? Fma.MultiplyAdd(left._value, right._value, addend._value)
            : AdvSimd.FusedMultiplyAdd(addend._value, left._value, right._value));

    /// <remarks>Two assignments, because one of a conditional value takes the sum's address first: the JIT would keep every sum of a loop in memory.</remarks>
    public static void Accumulate(ref Simd128 sum, Simd128 left, Simd128 right)
    {
        if (Fma.IsSupported)
        {
            sum._value = Fma.MultiplyAdd(left._value, right._value, sum._value);
        }
        else
        {
            sum._value = AdvSimd.FusedMultiplyAdd(sum._value, left._value, right._value);
        }
    }

    public static Simd128 Subtract(Simd128 left, Simd128 right) => new(left._value - right._value);

    public static Simd128 Multiply(Simd128 left, Simd128 right) => new(left._value * right._value);

    public static Simd128 NegateMultiplyAdd(Simd128 left, Simd128 right, Simd128 addend) => new(
        Fma.IsSupported
            ? Fma.MultiplyAddNegated(left._value, right._value, addend._value)
            : AdvSimd.FusedMultiplySubtract(addend._value, left._value, right._value));

    public static bool IsFinite(Simd128 value) => Vector128.LessThanOrEqualAll(Vector128.Abs(value._value), Vector128.Create(float.MaxValue));

    public static Simd128 Relu(Simd128 value) => new(Vector128.AndNot(value._value, Vector128.LessThanOrEqual(value._value, Vector128<float>.Zero)));

    public static Simd128 Max(Simd128 left, Simd128 right) => new(Vector128.Max(left._value, right._value));

    public static Simd128 Permute(Simd128 value, int* lanes) => new(Vector128.Shuffle(value._value, Vector128.Load(lanes)));

    public static void Transpose(float* source, nint stride, float* destination, nint rowStride, bool streams)
    {
        Vector128<float> v0 = Vector128.Load(source), v1 = Vector128.Load(source + stride);
        Vector128<float> v2 = Vector128.Load(source + (2 * stride)), v3 = Vector128.Load(source + (3 * stride));
        if (AdvSimd.Arm64.IsSupported)
        {
            Vector128<float> low02 = AdvSimd.Arm64.ZipLow(v0, v2), high02 = AdvSimd.Arm64.ZipHigh(v0, v2);
            Vector128<float> low13 = AdvSimd.Arm64.ZipLow(v1, v3), high13 = AdvSimd.Arm64.ZipHigh(v1, v3);
            AdvSimd.Arm64.ZipLow(low02, low13).Store(destination);
            AdvSimd.Arm64.ZipHigh(low02, low13).Store(destination + rowStride);
            AdvSimd.Arm64.ZipLow(high02, high13).Store(destination + (2 * rowStride));
            AdvSimd.Arm64.ZipHigh(high02, high13).Store(destination + (3 * rowStride));
        }
        else
        {
            Vector128<float> low02 = Sse.UnpackLow(v0, v2), high02 = Sse.UnpackHigh(v0, v2);
            Vector128<float> low13 = Sse.UnpackLow(v1, v3), high13 = Sse.UnpackHigh(v1, v3);
            Sse.UnpackLow(low02, low13).Store(destination);
            Sse.UnpackHigh(low02, low13).Store(destination + rowStride);
            Sse.UnpackLow(high02, high13).Store(destination + (2 * rowStride));
            Sse.UnpackHigh(high02, high13).Store(destination + (3 * rowStride));
        }
    }
}

using CudaNet.Kernels.Cpu;

namespace CudaNet.Tests.Support;

/// <summary>Vectors that say they have 32 registers: what runs with so many on one processor runs with any number, slower, on every other.</summary>
internal readonly unsafe struct ManyRegisters<T> : ISimd<ManyRegisters<T>>
    where T : unmanaged, ISimd<T>
{
    private readonly T _value;

    private ManyRegisters(T value) => _value = value;

    public static int Count => T.Count;

    public static int Registers => 32;

    public static ManyRegisters<T> Load(float* source) => new(T.Load(source));

    public static void Store(ManyRegisters<T> value, float* destination) => T.Store(value._value, destination);

    public static ManyRegisters<T> Broadcast(float value) => new(T.Broadcast(value));

    public static ManyRegisters<T> Add(ManyRegisters<T> left, ManyRegisters<T> right) => new(T.Add(left._value, right._value));

    public static ManyRegisters<T> Subtract(ManyRegisters<T> left, ManyRegisters<T> right) => new(T.Subtract(left._value, right._value));

    public static ManyRegisters<T> Multiply(ManyRegisters<T> left, ManyRegisters<T> right) => new(T.Multiply(left._value, right._value));

    public static ManyRegisters<T> MultiplyAdd(ManyRegisters<T> left, ManyRegisters<T> right, ManyRegisters<T> addend) => new(T.MultiplyAdd(left._value, right._value, addend._value));

    public static void Accumulate(ref ManyRegisters<T> sum, ManyRegisters<T> left, ManyRegisters<T> right) => sum = MultiplyAdd(left, right, sum);

    public static ManyRegisters<T> NegateMultiplyAdd(ManyRegisters<T> left, ManyRegisters<T> right, ManyRegisters<T> addend) => new(T.NegateMultiplyAdd(left._value, right._value, addend._value));

    public static bool IsFinite(ManyRegisters<T> value) => T.IsFinite(value._value);

    public static ManyRegisters<T> Relu(ManyRegisters<T> value) => new(T.Relu(value._value));

    public static ManyRegisters<T> Max(ManyRegisters<T> left, ManyRegisters<T> right) => new(T.Max(left._value, right._value));

    public static ManyRegisters<T> Permute(ManyRegisters<T> value, int* lanes) => new(T.Permute(value._value, lanes));

    public static void Transpose(float* source, nint stride, float* destination, nint rowStride, bool streams) => T.Transpose(source, stride, destination, rowStride, streams);
}

using System.Runtime.CompilerServices;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Tests.Support;

/// <summary>
/// Two vectors as one of twice the lanes: the kernels for 16 lanes and 32 registers on any machine, with the arithmetic of vectors that it has. What crosses the halves is plain loops.
/// </summary>
internal readonly unsafe struct PairedVectors<T> : ISimd<PairedVectors<T>>
    where T : unmanaged, ISimd<T>
{
    private readonly T _low, _high;

    private PairedVectors(T low, T high) => (_low, _high) = (low, high);

    public static int Count => 2 * T.Count;

    /// <summary>As vectors of 512 and of 256 bits have on a processor.</summary>
    public static int Registers => Count == 16 ? 32 : 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairedVectors<T> Load(float* source) => new(T.Load(source), T.Load(source + T.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PairedVectors<T> value, float* destination)
    {
        T.Store(value._low, destination);
        T.Store(value._high, destination + T.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairedVectors<T> Broadcast(float value) => new(T.Broadcast(value), T.Broadcast(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairedVectors<T> Add(PairedVectors<T> left, PairedVectors<T> right) => new(T.Add(left._low, right._low), T.Add(left._high, right._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairedVectors<T> Subtract(PairedVectors<T> left, PairedVectors<T> right) => new(T.Subtract(left._low, right._low), T.Subtract(left._high, right._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairedVectors<T> Multiply(PairedVectors<T> left, PairedVectors<T> right) => new(T.Multiply(left._low, right._low), T.Multiply(left._high, right._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairedVectors<T> MultiplyAdd(PairedVectors<T> left, PairedVectors<T> right, PairedVectors<T> addend) =>
        new(T.MultiplyAdd(left._low, right._low, addend._low), T.MultiplyAdd(left._high, right._high, addend._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(ref PairedVectors<T> sum, PairedVectors<T> left, PairedVectors<T> right) => sum = MultiplyAdd(left, right, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairedVectors<T> NegateMultiplyAdd(PairedVectors<T> left, PairedVectors<T> right, PairedVectors<T> addend) =>
        new(T.NegateMultiplyAdd(left._low, right._low, addend._low), T.NegateMultiplyAdd(left._high, right._high, addend._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsFinite(PairedVectors<T> value) => T.IsFinite(value._low) && T.IsFinite(value._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairedVectors<T> Relu(PairedVectors<T> value) => new(T.Relu(value._low), T.Relu(value._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PairedVectors<T> Max(PairedVectors<T> left, PairedVectors<T> right) => new(T.Max(left._low, right._low), T.Max(left._high, right._high));

    public static PairedVectors<T> Permute(PairedVectors<T> value, int* lanes)
    {
        float* from = stackalloc float[Count];
        float* to = stackalloc float[Count];
        Store(value, from);
        for (int lane = 0; lane < Count; lane++)
        {
            to[lane] = from[lanes[lane]];
        }

        return Load(to);
    }

    public static void Transpose(float* source, nint stride, float* destination, nint rowStride, bool streams)
    {
        for (int row = 0; row < Count; row++)
        {
            for (int vector = 0; vector < Count; vector++)
            {
                destination[(row * rowStride) + vector] = source[(vector * stride) + row];
            }
        }
    }
}

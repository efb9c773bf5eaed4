using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>
/// What kernels are written with, member by member, against one value at a time: the processor's vectors of each width, and those that stand in where it has none. All combinations of values at the edges
/// of fp32, in every lane; one NaN is as good as another.
/// </summary>
public sealed unsafe class SimdTests
{
    private const int Most = 16;
    private const int Spare = 3;

    private static readonly float[] Values =
    [
        0, -0f, 1, -1, 1.0000001f, -0.33333334f, 1.2345678e19f, -7.654321e-20f, float.NaN, float.PositiveInfinity, float.NegativeInfinity,
        float.MaxValue, float.MinValue, float.Epsilon, -float.Epsilon, 1.1754942e-38f, -1.1754942e-38f, 1.17549435e-38f, -1.17549435e-38f,
    ];

    [Theory]
    [InlineData(SimdWidth.Bits128)]
    [InlineData(SimdWidth.Bits256)]
    [InlineData(SimdWidth.Bits512)]
    public void The_processors_vectors_do_what_each_lane_alone_does(SimdWidth width)
    {
        Assert.SkipUnless(SimdSupport.IsSupported(width), $"vectors of {(int)width} bits: {SimdDiagnosis.WhyNot(width)}");
        switch (width)
        {
            case SimdWidth.Bits512:
                Check<Simd512>(width);
                break;
            case SimdWidth.Bits256:
                Check<Simd256>(width);
                break;
            default:
                Check<Simd128>(width);
                break;
        }
    }

    [Fact]
    public void Paired_vectors_do_what_each_lane_alone_does()
    {
        Check<PairedVectors<Simd128>>(SimdWidth.Bits256);
        Check<PairedVectors<PairedVectors<Simd128>>>(SimdWidth.Bits512);
        if (SimdSupport.IsSupported(SimdWidth.Bits256))
        {
            Check<PairedVectors<Simd256>>(SimdWidth.Bits512);
        }
    }

    /// <summary>So kernels for sixteen lanes and 32 registers run on every machine.</summary>
    [Theory]
    [InlineData(SimdWidth.Bits128)]
    [InlineData(SimdWidth.Bits256)]
    [InlineData(SimdWidth.Bits512)]
    public void Every_width_is_tested_here(SimdWidth width)
    {
        CpuBackend backend = Assert.IsType<CpuBackend>(Backends.Create($"cpu-{(int)width}-1"));
        Assert.Equal(width, backend.SimdWidth);
        Assert.Equal(SimdSupport.IsSupported(width), backend.Vectors.GetType() == SimdVectors.Of(width).GetType());
        Assert.Equal(32, PairedVectors<PairedVectors<Simd128>>.Registers);
        Assert.Equal(32, Simd512.Registers);
    }

    private static void Check<T>(SimdWidth width)
        where T : unmanaged, ISimd<T>
    {
        Assert.Equal((int)width, 32 * T.Count);
        Compare<T>("add", (left, right, _) => left + right, (left, right, _) => T.Add(left, right));
        Compare<T>("subtract", (left, right, _) => left - right, (left, right, _) => T.Subtract(left, right));
        Compare<T>("multiply", (left, right, _) => left * right, (left, right, _) => T.Multiply(left, right));
        Compare<T>("multiply-add", MathF.FusedMultiplyAdd, T.MultiplyAdd);
        Compare<T>("negated multiply-add", (left, right, addend) => MathF.FusedMultiplyAdd(-left, right, addend), T.NegateMultiplyAdd);
        Compare<T>("max", (left, right, _) => MathF.Max(left, right), (left, right, _) => T.Max(left, right));
        Compare<T>("relu", (value, _, _) => value > 0 || float.IsNaN(value) ? value : 0, (value, _, _) => T.Relu(value));
        Broadcast<T>();
        IsFinite<T>();
        Permute<T>();
        Transpose<T>();
    }

    private static void Compare<T>(string what, Func<float, float, float, float> expected, Func<T, T, T, T> actual)
        where T : unmanaged, ISimd<T>
    {
        float[] doubled = [.. Values, .. Values];
        float* result = stackalloc float[Most];
        fixed (float* values = doubled)
        {
            for (int i = 0; i < Values.Length * Values.Length * Values.Length; i++)
            {
                float* left = values + (i % Values.Length), right = values + (i / Values.Length % Values.Length), addend = values + (i / Values.Length / Values.Length);
                T.Store(actual(T.Load(left), T.Load(right), T.Load(addend)), result);
                for (int lane = 0; lane < T.Count; lane++)
                {
                    AssertSame(expected(left[lane], right[lane], addend[lane]), result[lane], $"{what} of {left[lane]:r}, {right[lane]:r}, {addend[lane]:r} in lane {lane}");
                }
            }
        }
    }

    private static void Broadcast<T>()
        where T : unmanaged, ISimd<T>
    {
        float* result = stackalloc float[Most];
        foreach (float value in Values)
        {
            T.Store(T.Broadcast(value), result);
            for (int lane = 0; lane < T.Count; lane++)
            {
                AssertSame(value, result[lane], $"broadcast in lane {lane}");
            }
        }
    }

    /// <summary>Each value in each lane, among finite ones.</summary>
    private static void IsFinite<T>()
        where T : unmanaged, ISimd<T>
    {
        float* lanes = stackalloc float[Most];
        foreach (float value in Values)
        {
            for (int lane = 0; lane < T.Count; lane++)
            {
                new Span<float>(lanes, Most).Fill(float.MinValue);
                lanes[lane] = value;
                Assert.True(float.IsFinite(value) == T.IsFinite(T.Load(lanes)), $"whether {value:r} is finite in lane {lane}");
            }
        }
    }

    /// <summary>Rotations, exchanges, and one lane to all, as the kernels use them.</summary>
    private static void Permute<T>()
        where T : unmanaged, ISimd<T>
    {
        float* result = stackalloc float[Most];
        int* lanes = stackalloc int[Most];
        foreach (Func<int, int, int> from in (Func<int, int, int>[])[(lane, by) => (lane + by) % T.Count, (lane, by) => lane ^ by, (_, by) => by])
        {
            for (int by = 0; by < T.Count; by++)
            {
                for (int lane = 0; lane < T.Count; lane++)
                {
                    lanes[lane] = from(lane, by);
                }

                fixed (float* values = Values)
                {
                    T.Store(T.Permute(T.Load(values), lanes), result);
                }

                for (int lane = 0; lane < T.Count; lane++)
                {
                    AssertSame(Values[lanes[lane]], result[lane], $"permutation by {by} in lane {lane}");
                }
            }
        }
    }

    /// <summary>Rows further apart than they are long, on both sides; nothing is written between.</summary>
    private static void Transpose<T>()
        where T : unmanaged, ISimd<T>
    {
        int stride = T.Count + Spare, rowStride = T.Count + (2 * Spare);
        float[] from = [.. Enumerable.Range(0, T.Count * stride).Select(i => BitConverter.Int32BitsToSingle((i * 0x01234567) & 0x7F7F_FFFF))];
        float[] to = new float[T.Count * rowStride];
        Array.Fill(to, -1);
        fixed (float* source = from, destination = to)
        {
            T.Transpose(source, stride, destination, rowStride, streams: false);
        }

        for (int i = 0; i < to.Length; i++)
        {
            (int row, int vector) = Math.DivRem(i, rowStride);
            AssertSame(vector < T.Count ? from[(vector * stride) + row] : -1, to[i], $"row {row}, column {vector} of a transposition");
        }
    }

    private static void AssertSame(float expected, float actual, string what)
    {
        if (float.IsNaN(expected) ? !float.IsNaN(actual) : BitConverter.SingleToInt32Bits(expected) != BitConverter.SingleToInt32Bits(actual))
        {
            Assert.Fail($"{what}: {actual:r}, and alone {expected:r}");
        }
    }
}

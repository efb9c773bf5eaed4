using System.Diagnostics;
using System.Runtime.CompilerServices;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>What one core of this machine can do at most, measured now: multiply-adds that wait for nothing, and bytes from memory.</summary>
internal static unsafe class PeakRates
{
    private const int Repeats = 15;

    /// <summary>Beyond what caches hold.</summary>
    private const nint StreamElements = 64 << 20;

    /// <summary>Additions and multiplications a second at a vector width.</summary>
    public static double Flops(SimdWidth width) => width switch
    {
        SimdWidth.Bits512 => Flops<Simd512>(),
        SimdWidth.Bits256 => Flops<Simd256>(),
        _ => Flops<Simd128>(),
    };

    /// <summary>Bytes a second that one core reads from memory in order.</summary>
    public static double Bandwidth()
    {
        using NativeBuffer buffer = new NativeAllocator().Allocate(StreamElements, "a stream");
        new Span<float>(buffer.Pointer, (int)StreamElements).Fill(1);
        return StreamElements * sizeof(float) / Fastest(() => GC.KeepAlive(System.Numerics.Tensors.TensorPrimitives.Sum(new ReadOnlySpan<float>(buffer.Pointer, (int)StreamElements))));
    }

    private static double Flops<T>()
        where T : unmanaged, ISimd<T>
    {
        const int Steps = 2_000_000;
        float kept = 0;
        double seconds = Fastest(() => kept += Chains<T>(Steps));
        GC.KeepAlive(kept);
        return 12.0 * 2 * T.Count * Steps / seconds;
    }

    /// <summary>Twelve chains, as two units with a latency of four to six need.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chains<T>(int steps)
        where T : unmanaged, ISimd<T>
    {
        T x = T.Broadcast(0.5f);
        T a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < steps; step++)
        {
            a = T.MultiplyAdd(x, x, a);
            b = T.MultiplyAdd(x, x, b);
            c = T.MultiplyAdd(x, x, c);
            d = T.MultiplyAdd(x, x, d);
            e = T.MultiplyAdd(x, x, e);
            f = T.MultiplyAdd(x, x, f);
            g = T.MultiplyAdd(x, x, g);
            h = T.MultiplyAdd(x, x, h);
            i = T.MultiplyAdd(x, x, i);
            j = T.MultiplyAdd(x, x, j);
            k = T.MultiplyAdd(x, x, k);
            l = T.MultiplyAdd(x, x, l);
        }

        float* lanes = stackalloc float[T.Count];
        T.Store(T.Add(T.Add(T.Add(a, b), T.Add(c, d)), T.Add(T.Add(T.Add(e, f), T.Add(g, h)), T.Add(T.Add(i, j), T.Add(k, l)))), lanes);
        return lanes[0];
    }

    private static double Fastest(Action work)
    {
        double fastest = double.PositiveInfinity;
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            long began = Stopwatch.GetTimestamp();
            work();
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return fastest;
    }
}

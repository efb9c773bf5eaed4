using System.Runtime.CompilerServices;
using static CudaNet.Kernels.Cpu.TileKernel;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The inner loop of every convolution where there are 16 registers: 6 rows (pixels) by two vectors or one (output channels). Its sums start
/// at zero, run over the terms in order, and are stored or added to what is there. Rows are packed [group][6][16], so that every address in the
/// loop is a constant offset; the panel is [term][vectors · lanes]. Walks <c>next</c> into the second-level cache meanwhile.
/// </summary>
internal static unsafe class TileKernel6
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Wide<T>(float* rows, float* panel, int groups, int terms, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        T a0 = default, b0 = default;
        T a1 = default, b1 = default;
        T a2 = default, b2 = default;
        T a3 = default, b3 = default;
        T a4 = default, b4 = default;
        T a5 = default, b5 = default;
        for (int group = 0; group < groups; group++)
        {
            float* end = rows + terms;
            for (; rows < end; rows++)
            {
                Prefetch(next);
                next += nextStep;
                T w0 = T.Load(panel);
                T w1 = T.Load(panel + T.Count);
                panel += 2 * T.Count;
                T x = T.Broadcast(rows[0]);
                T.Accumulate(ref a0, x, w0);
                T.Accumulate(ref b0, x, w1);
                x = T.Broadcast(rows[1 * 16]);
                T.Accumulate(ref a1, x, w0);
                T.Accumulate(ref b1, x, w1);
                x = T.Broadcast(rows[2 * 16]);
                T.Accumulate(ref a2, x, w0);
                T.Accumulate(ref b2, x, w1);
                x = T.Broadcast(rows[3 * 16]);
                T.Accumulate(ref a3, x, w0);
                T.Accumulate(ref b3, x, w1);
                x = T.Broadcast(rows[4 * 16]);
                T.Accumulate(ref a4, x, w0);
                T.Accumulate(ref b4, x, w1);
                x = T.Broadcast(rows[5 * 16]);
                T.Accumulate(ref a5, x, w0);
                T.Accumulate(ref b5, x, w1);
            }

            rows += (6 * 16) - terms;
        }

        Finish(a0, sums, accumulate);
        Finish(b0, sums + T.Count, accumulate);
        Finish(a1, sums + (2 * T.Count), accumulate);
        Finish(b1, sums + (3 * T.Count), accumulate);
        Finish(a2, sums + (4 * T.Count), accumulate);
        Finish(b2, sums + (5 * T.Count), accumulate);
        Finish(a3, sums + (6 * T.Count), accumulate);
        Finish(b3, sums + (7 * T.Count), accumulate);
        Finish(a4, sums + (8 * T.Count), accumulate);
        Finish(b4, sums + (9 * T.Count), accumulate);
        Finish(a5, sums + (10 * T.Count), accumulate);
        Finish(b5, sums + (11 * T.Count), accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow<T>(float* rows, float* panel, int groups, int terms, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        T a0 = default;
        T a1 = default;
        T a2 = default;
        T a3 = default;
        T a4 = default;
        T a5 = default;
        for (int group = 0; group < groups; group++)
        {
            float* end = rows + terms;
            for (; rows < end; rows++)
            {
                Prefetch(next);
                next += nextStep;
                T w0 = T.Load(panel);
                panel += T.Count;
                T x = T.Broadcast(rows[0]);
                T.Accumulate(ref a0, x, w0);
                x = T.Broadcast(rows[1 * 16]);
                T.Accumulate(ref a1, x, w0);
                x = T.Broadcast(rows[2 * 16]);
                T.Accumulate(ref a2, x, w0);
                x = T.Broadcast(rows[3 * 16]);
                T.Accumulate(ref a3, x, w0);
                x = T.Broadcast(rows[4 * 16]);
                T.Accumulate(ref a4, x, w0);
                x = T.Broadcast(rows[5 * 16]);
                T.Accumulate(ref a5, x, w0);
            }

            rows += (6 * 16) - terms;
        }

        Finish(a0, sums, accumulate);
        Finish(a1, sums + T.Count, accumulate);
        Finish(a2, sums + (2 * T.Count), accumulate);
        Finish(a3, sums + (3 * T.Count), accumulate);
        Finish(a4, sums + (4 * T.Count), accumulate);
        Finish(a5, sums + (5 * T.Count), accumulate);
    }
}

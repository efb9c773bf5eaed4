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
            for (; rows + 1 < end; rows += 2)
            {
                Prefetch(next);
                Prefetch(next + nextStep);
                next += 2 * nextStep;
                T w0 = T.Load(panel);
                T w1 = T.Load(panel + T.Count);
                Row(ref a0, ref b0, rows[0], w0, w1);
                Row(ref a1, ref b1, rows[1 * 16], w0, w1);
                Row(ref a2, ref b2, rows[2 * 16], w0, w1);
                Row(ref a3, ref b3, rows[3 * 16], w0, w1);
                Row(ref a4, ref b4, rows[4 * 16], w0, w1);
                Row(ref a5, ref b5, rows[5 * 16], w0, w1);
                w0 = T.Load(panel + (2 * T.Count));
                w1 = T.Load(panel + (3 * T.Count));
                Row(ref a0, ref b0, rows[1], w0, w1);
                Row(ref a1, ref b1, rows[(1 * 16) + 1], w0, w1);
                Row(ref a2, ref b2, rows[(2 * 16) + 1], w0, w1);
                Row(ref a3, ref b3, rows[(3 * 16) + 1], w0, w1);
                Row(ref a4, ref b4, rows[(4 * 16) + 1], w0, w1);
                Row(ref a5, ref b5, rows[(5 * 16) + 1], w0, w1);
                panel += 4 * T.Count;
            }

            if (rows < end)
            {
                Prefetch(next);
                next += nextStep;
                T w0 = T.Load(panel);
                T w1 = T.Load(panel + T.Count);
                Row(ref a0, ref b0, rows[0], w0, w1);
                Row(ref a1, ref b1, rows[1 * 16], w0, w1);
                Row(ref a2, ref b2, rows[2 * 16], w0, w1);
                Row(ref a3, ref b3, rows[3 * 16], w0, w1);
                Row(ref a4, ref b4, rows[4 * 16], w0, w1);
                Row(ref a5, ref b5, rows[5 * 16], w0, w1);
                panel += 2 * T.Count;
                rows++;
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

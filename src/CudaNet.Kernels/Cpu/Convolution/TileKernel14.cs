using System.Runtime.CompilerServices;
using static CudaNet.Kernels.Cpu.TileKernel;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The inner loop of every convolution where there are 32 registers: 14 rows (pixels) by two vectors or one (output channels). Its sums start
/// at zero, run over the terms in order, and are stored or added to what is there. Rows are [group][14][16], packed or neighbouring pixels of a value, so that every address in the
/// loop is a constant offset; the panel is [term][vectors · lanes]. Takes two terms a turn, because what counts turns takes the place of multiply-adds. Walks <c>next</c> into the second-level cache meanwhile.
/// </summary>
internal static unsafe partial class TileKernel14
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 14;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Wide<T>(float* rows, nint group, float* panel, int groups, int terms, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        T a0 = default, b0 = default;
        T a1 = default, b1 = default;
        T a2 = default, b2 = default;
        T a3 = default, b3 = default;
        T a4 = default, b4 = default;
        T a5 = default, b5 = default;
        T a6 = default, b6 = default;
        T a7 = default, b7 = default;
        T a8 = default, b8 = default;
        T a9 = default, b9 = default;
        T a10 = default, b10 = default;
        T a11 = default, b11 = default;
        T a12 = default, b12 = default;
        T a13 = default, b13 = default;
        for (; groups > 0; groups--)
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
                Row(ref a6, ref b6, rows[6 * 16], w0, w1);
                Row(ref a7, ref b7, rows[7 * 16], w0, w1);
                Row(ref a8, ref b8, rows[8 * 16], w0, w1);
                Row(ref a9, ref b9, rows[9 * 16], w0, w1);
                Row(ref a10, ref b10, rows[10 * 16], w0, w1);
                Row(ref a11, ref b11, rows[11 * 16], w0, w1);
                Row(ref a12, ref b12, rows[12 * 16], w0, w1);
                Row(ref a13, ref b13, rows[13 * 16], w0, w1);
                w0 = T.Load(panel + (2 * T.Count));
                w1 = T.Load(panel + (3 * T.Count));
                Row(ref a0, ref b0, rows[1], w0, w1);
                Row(ref a1, ref b1, rows[(1 * 16) + 1], w0, w1);
                Row(ref a2, ref b2, rows[(2 * 16) + 1], w0, w1);
                Row(ref a3, ref b3, rows[(3 * 16) + 1], w0, w1);
                Row(ref a4, ref b4, rows[(4 * 16) + 1], w0, w1);
                Row(ref a5, ref b5, rows[(5 * 16) + 1], w0, w1);
                Row(ref a6, ref b6, rows[(6 * 16) + 1], w0, w1);
                Row(ref a7, ref b7, rows[(7 * 16) + 1], w0, w1);
                Row(ref a8, ref b8, rows[(8 * 16) + 1], w0, w1);
                Row(ref a9, ref b9, rows[(9 * 16) + 1], w0, w1);
                Row(ref a10, ref b10, rows[(10 * 16) + 1], w0, w1);
                Row(ref a11, ref b11, rows[(11 * 16) + 1], w0, w1);
                Row(ref a12, ref b12, rows[(12 * 16) + 1], w0, w1);
                Row(ref a13, ref b13, rows[(13 * 16) + 1], w0, w1);
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
                Row(ref a6, ref b6, rows[6 * 16], w0, w1);
                Row(ref a7, ref b7, rows[7 * 16], w0, w1);
                Row(ref a8, ref b8, rows[8 * 16], w0, w1);
                Row(ref a9, ref b9, rows[9 * 16], w0, w1);
                Row(ref a10, ref b10, rows[10 * 16], w0, w1);
                Row(ref a11, ref b11, rows[11 * 16], w0, w1);
                Row(ref a12, ref b12, rows[12 * 16], w0, w1);
                Row(ref a13, ref b13, rows[13 * 16], w0, w1);
                panel += 2 * T.Count;
                rows++;
            }

            rows += group - terms;
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
        Finish(a6, sums + (12 * T.Count), accumulate);
        Finish(b6, sums + (13 * T.Count), accumulate);
        Finish(a7, sums + (14 * T.Count), accumulate);
        Finish(b7, sums + (15 * T.Count), accumulate);
        Finish(a8, sums + (16 * T.Count), accumulate);
        Finish(b8, sums + (17 * T.Count), accumulate);
        Finish(a9, sums + (18 * T.Count), accumulate);
        Finish(b9, sums + (19 * T.Count), accumulate);
        Finish(a10, sums + (20 * T.Count), accumulate);
        Finish(b10, sums + (21 * T.Count), accumulate);
        Finish(a11, sums + (22 * T.Count), accumulate);
        Finish(b11, sums + (23 * T.Count), accumulate);
        Finish(a12, sums + (24 * T.Count), accumulate);
        Finish(b12, sums + (25 * T.Count), accumulate);
        Finish(a13, sums + (26 * T.Count), accumulate);
        Finish(b13, sums + (27 * T.Count), accumulate);
    }
}

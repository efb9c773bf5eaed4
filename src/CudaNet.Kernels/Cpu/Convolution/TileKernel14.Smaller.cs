using System.Runtime.CompilerServices;
using static CudaNet.Kernels.Cpu.TileKernel;

namespace CudaNet.Kernels.Cpu;

/// <summary>Half as many rows, and panels of one vector.</summary>
internal static unsafe partial class TileKernel14
{
    /// <summary>The first seven rows of a tile, for tiles that are not filled: the same sums in half the time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Half<T>(float* rows, nint group, float* panel, int groups, int terms, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        T a0 = default, b0 = default;
        T a1 = default, b1 = default;
        T a2 = default, b2 = default;
        T a3 = default, b3 = default;
        T a4 = default, b4 = default;
        T a5 = default, b5 = default;
        T a6 = default, b6 = default;
        for (; groups > 0; groups--)
        {
            float* end = rows + terms;
            for (; rows < end; rows++)
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
                panel += 2 * T.Count;
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
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow<T>(float* rows, nint group, float* panel, int groups, int terms, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        T a0 = default;
        T a1 = default;
        T a2 = default;
        T a3 = default;
        T a4 = default;
        T a5 = default;
        T a6 = default;
        T a7 = default;
        T a8 = default;
        T a9 = default;
        T a10 = default;
        T a11 = default;
        T a12 = default;
        T a13 = default;
        for (; groups > 0; groups--)
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
                x = T.Broadcast(rows[6 * 16]);
                T.Accumulate(ref a6, x, w0);
                x = T.Broadcast(rows[7 * 16]);
                T.Accumulate(ref a7, x, w0);
                x = T.Broadcast(rows[8 * 16]);
                T.Accumulate(ref a8, x, w0);
                x = T.Broadcast(rows[9 * 16]);
                T.Accumulate(ref a9, x, w0);
                x = T.Broadcast(rows[10 * 16]);
                T.Accumulate(ref a10, x, w0);
                x = T.Broadcast(rows[11 * 16]);
                T.Accumulate(ref a11, x, w0);
                x = T.Broadcast(rows[12 * 16]);
                T.Accumulate(ref a12, x, w0);
                x = T.Broadcast(rows[13 * 16]);
                T.Accumulate(ref a13, x, w0);
            }

            rows += group - terms;
        }

        Finish(a0, sums, accumulate);
        Finish(a1, sums + T.Count, accumulate);
        Finish(a2, sums + (2 * T.Count), accumulate);
        Finish(a3, sums + (3 * T.Count), accumulate);
        Finish(a4, sums + (4 * T.Count), accumulate);
        Finish(a5, sums + (5 * T.Count), accumulate);
        Finish(a6, sums + (6 * T.Count), accumulate);
        Finish(a7, sums + (7 * T.Count), accumulate);
        Finish(a8, sums + (8 * T.Count), accumulate);
        Finish(a9, sums + (9 * T.Count), accumulate);
        Finish(a10, sums + (10 * T.Count), accumulate);
        Finish(a11, sums + (11 * T.Count), accumulate);
        Finish(a12, sums + (12 * T.Count), accumulate);
        Finish(a13, sums + (13 * T.Count), accumulate);
    }
}

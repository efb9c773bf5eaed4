using System.Runtime.CompilerServices;
using static CudaNet.Kernels.Cpu.TileKernel;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// <see cref="TileKernel14"/> for few rows, where weights are read for them alone: 8, 4 or 1 of them, packed [group][rows][16]. The order of each sum is the same.
/// </summary>
internal static unsafe class TileKernelFew
{
    /// <summary>Needs 32 registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight<T>(float* rows, float* panel, int groups, int terms, float* sums, bool accumulate, byte* next, nint nextStep)
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
                Row(ref a6, ref b6, rows[6 * 16], w0, w1);
                Row(ref a7, ref b7, rows[7 * 16], w0, w1);
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
                panel += 2 * T.Count;
                rows++;
            }

            rows += (8 * 16) - terms;
        }

        FinishTwo(a0, b0, sums, accumulate);
        FinishTwo(a1, b1, sums + (2 * T.Count), accumulate);
        FinishTwo(a2, b2, sums + (4 * T.Count), accumulate);
        FinishTwo(a3, b3, sums + (6 * T.Count), accumulate);
        FinishTwo(a4, b4, sums + (8 * T.Count), accumulate);
        FinishTwo(a5, b5, sums + (10 * T.Count), accumulate);
        FinishTwo(a6, b6, sums + (12 * T.Count), accumulate);
        FinishTwo(a7, b7, sums + (14 * T.Count), accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four<T>(float* rows, float* panel, int groups, int terms, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        T a0 = default, b0 = default;
        T a1 = default, b1 = default;
        T a2 = default, b2 = default;
        T a3 = default, b3 = default;
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
                w0 = T.Load(panel + (2 * T.Count));
                w1 = T.Load(panel + (3 * T.Count));
                Row(ref a0, ref b0, rows[1], w0, w1);
                Row(ref a1, ref b1, rows[(1 * 16) + 1], w0, w1);
                Row(ref a2, ref b2, rows[(2 * 16) + 1], w0, w1);
                Row(ref a3, ref b3, rows[(3 * 16) + 1], w0, w1);
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
                panel += 2 * T.Count;
                rows++;
            }

            rows += (4 * 16) - terms;
        }

        FinishTwo(a0, b0, sums, accumulate);
        FinishTwo(a1, b1, sums + (2 * T.Count), accumulate);
        FinishTwo(a2, b2, sums + (4 * T.Count), accumulate);
        FinishTwo(a3, b3, sums + (6 * T.Count), accumulate);
    }

    /// <summary>One row by a panel of one or two vectors; <c>rowStep</c> elements from group to group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One<T>(float* rows, int rowStep, float* panel, int groups, int terms, int outputs, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        bool isWide = outputs > T.Count;
        T a = default, b = default;
        for (int group = 0; group < groups; group++, rows += rowStep)
        {
            for (int term = 0; term < terms; term++, panel += outputs)
            {
                Prefetch(next);
                next += nextStep;
                T x = T.Broadcast(rows[term]);
                T.Accumulate(ref a, x, T.Load(panel));
                if (isWide)
                {
                    T.Accumulate(ref b, x, T.Load(panel + T.Count));
                }
            }
        }

        Finish(a, sums, accumulate);
        if (isWide)
        {
            Finish(b, sums + T.Count, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishTwo<T>(T first, T second, float* sums, bool accumulate)
        where T : unmanaged, ISimd<T>
    {
        Finish(first, sums, accumulate);
        Finish(second, sums + T.Count, accumulate);
    }
}

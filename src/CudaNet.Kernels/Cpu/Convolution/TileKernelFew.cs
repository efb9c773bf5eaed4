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
                x = T.Broadcast(rows[6 * 16]);
                T.Accumulate(ref a6, x, w0);
                T.Accumulate(ref b6, x, w1);
                x = T.Broadcast(rows[7 * 16]);
                T.Accumulate(ref a7, x, w0);
                T.Accumulate(ref b7, x, w1);
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

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Emulator.Arithmetic;

/// <summary>The inner loop of every product: six rows by two vectors of columns.</summary>
internal static unsafe class ProductTile<T>
    where T : unmanaged
{
    public const int Rows = 6;

    public static int Columns => 2 * Vector256<T>.Count;

    /// <summary>
    /// sums[6][Columns] = or += Σ over the depth, from zero and in order, of rows[k][6] · columns[k][Columns], each term added with one rounding.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(T* rows, T* columns, int depth, T* sums, bool add)
    {
        Vector256<T> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default;
        Vector256<T> d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
        for (T* end = rows + (depth * Rows); rows < end; rows += Rows, columns += Columns)
        {
            Vector256<T> x0 = Vector256.Load(columns);
            Vector256<T> x1 = Vector256.Load(columns + Vector256<T>.Count);
            Vector256<T> w = Vector256.Create(rows[0]);
            a0 = Real.MultiplyAdd(w, x0, a0);
            a1 = Real.MultiplyAdd(w, x1, a1);
            w = Vector256.Create(rows[1]);
            b0 = Real.MultiplyAdd(w, x0, b0);
            b1 = Real.MultiplyAdd(w, x1, b1);
            w = Vector256.Create(rows[2]);
            c0 = Real.MultiplyAdd(w, x0, c0);
            c1 = Real.MultiplyAdd(w, x1, c1);
            w = Vector256.Create(rows[3]);
            d0 = Real.MultiplyAdd(w, x0, d0);
            d1 = Real.MultiplyAdd(w, x1, d1);
            w = Vector256.Create(rows[4]);
            e0 = Real.MultiplyAdd(w, x0, e0);
            e1 = Real.MultiplyAdd(w, x1, e1);
            w = Vector256.Create(rows[5]);
            f0 = Real.MultiplyAdd(w, x0, f0);
            f1 = Real.MultiplyAdd(w, x1, f1);
        }

        Store(sums, a0, a1, add);
        Store(sums + Columns, b0, b1, add);
        Store(sums + (2 * Columns), c0, c1, add);
        Store(sums + (3 * Columns), d0, d1, add);
        Store(sums + (4 * Columns), e0, e1, add);
        Store(sums + (5 * Columns), f0, f1, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* sums, Vector256<T> left, Vector256<T> right, bool add)
    {
        if (add)
        {
            left += Vector256.Load(sums);
            right += Vector256.Load(sums + Vector256<T>.Count);
        }

        left.Store(sums);
        right.Store(sums + Vector256<T>.Count);
    }
}

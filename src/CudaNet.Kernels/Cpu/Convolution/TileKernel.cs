using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The inner loop of every convolution: a tile of rows (pixels, or a point of Winograd's tiles) by a panel of weights, or by two where there are 32 registers: 24 sums of 6 rows by 4 vectors,
/// for which 10 values are loaded a term, where 14 rows by 2 load 16 for 28. A panel alone is multiplied by twice as many rows there; with 16 registers there are 12 sums.
/// Sums start at zero, run over the terms in order, and are stored or added to what is there, so that a tile's shape changes no bit. Two terms a turn, because what counts turns takes the place of multiply-adds.
/// </summary>
internal static unsafe class TileKernel
{
    /// <summary>The most rows of a tile, of a tall one half of them.</summary>
    public const int Rows = 6;

    private const int Lanes = BlockedImage.BlockChannels;

    /// <summary>Panels that are multiplied together.</summary>
    public static int Panels<T>()
        where T : unmanaged, ISimd<T> => T.Registers == 32 ? 2 : 1;

    /// <summary>The most rows of a tile of a layer with so many whole panels: where no two are multiplied together, tiles are tall.</summary>
    public static int MostRows<T>(int panels)
        where T : unmanaged, ISimd<T> => T.Registers == 32 && panels < 2 ? 2 * Rows : Rows;

    /// <summary>Rows that a tile of so many takes in memory: tall ones have an even number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Height(int rows) => rows <= Rows ? rows : rows + (rows % 2);

    /// <summary>Multiplies one tile.</summary>
    /// <param name="product">By what.</param>
    /// <param name="rows">[group][height][16].</param>
    /// <param name="group">Elements from group to group.</param>
    /// <param name="height">At most <see cref="MostRows{T}"/>, a <see cref="Height"/>.</param>
    /// <param name="sums">[row][outputs] of each panel.</param>
    /// <param name="next">What to fetch into the second-level cache meanwhile.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T>(in PanelProduct product, float* rows, nint group, int height, float* sums, byte* next)
        where T : unmanaged, ISimd<T>
    {
        bool isWide = product.Outputs > T.Count;
        if (T.Registers == 32 && product.Second != 0)
        {
            Run<T, TwoPanels>(product, rows, group, height, sums, next);
        }
        else if (T.Registers == 32 && height > Rows && isWide)
        {
            Run<T, TallTwoVectors>(product, rows, group, height / 2, sums, next);
        }
        else if (T.Registers == 32 && height > Rows)
        {
            Run<T, TallOneVector>(product, rows, group, height / 2, sums, next);
        }
        else if (isWide)
        {
            Run<T, TwoVectors>(product, rows, group, height, sums, next);
        }
        else
        {
            Run<T, OneVector>(product, rows, group, height, sums, next);
        }
    }

    /// <summary>Stores a chunk's sum, or adds it to those of the chunks before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish<T>(T value, float* sum, bool accumulate)
        where T : unmanaged, ISimd<T> => T.Store(accumulate ? T.Add(T.Load(sum), value) : value, sum);

    /// <summary>Fetches a cache line into the second-level cache, where the processor has an instruction for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(address);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run<T, TWidth>(in PanelProduct product, float* rows, nint group, int height, float* sums, byte* next)
        where T : unmanaged, ISimd<T>
        where TWidth : struct, ITileWidth
    {
        if (height == Rows)
        {
            Multiply<T, Height6, TWidth>(product, rows, group, sums, next);
        }
        else
        {
            RunLower<T, TWidth>(product, rows, group, height, sums, next);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunLower<T, TWidth>(in PanelProduct product, float* rows, nint group, int height, float* sums, byte* next)
        where T : unmanaged, ISimd<T>
        where TWidth : struct, ITileWidth
    {
        switch (height)
        {
            case 5:
                Multiply<T, Height5, TWidth>(product, rows, group, sums, next);
                break;
            case 4:
                Multiply<T, Height4, TWidth>(product, rows, group, sums, next);
                break;
            case 3:
                Multiply<T, Height3, TWidth>(product, rows, group, sums, next);
                break;
            case 2:
                Multiply<T, Height2, TWidth>(product, rows, group, sums, next);
                break;
            default:
                Multiply<T, Height1, TWidth>(product, rows, group, sums, next);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<T, THeight, TWidth>(in PanelProduct product, float* rows, nint group, float* sums, byte* next)
        where T : unmanaged, ISimd<T>
        where THeight : struct, ITileHeight
        where TWidth : struct, ITileWidth
    {
        float* panel = product.Weights;
        nint second = product.Second, nextStep = product.NextStep, nextSecond = product.NextSecond;
        int terms = product.Terms;
        T a0 = default, b0 = default, c0 = default, d0 = default;
        T a1 = default, b1 = default, c1 = default, d1 = default;
        T a2 = default, b2 = default, c2 = default, d2 = default;
        T a3 = default, b3 = default, c3 = default, d3 = default;
        T a4 = default, b4 = default, c4 = default, d4 = default;
        T a5 = default, b5 = default, c5 = default, d5 = default;
        for (int groups = product.Groups; groups > 0; groups--)
        {
            float* end = rows + terms;
            for (; rows + 1 < end; rows += 2)
            {
                Fetch<TWidth>(next, nextSecond);
                Fetch<TWidth>(next + nextStep, nextSecond);
                next += 2 * nextStep;
                Load<T, TWidth>(panel, 0, second, out T w0, out T w1, out T w2, out T w3);
                Row<T, THeight, TWidth>(0, ref a0, ref b0, ref c0, ref d0, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>(Lanes, ref a1, ref b1, ref c1, ref d1, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>(2 * Lanes, ref a2, ref b2, ref c2, ref d2, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>(3 * Lanes, ref a3, ref b3, ref c3, ref d3, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>(4 * Lanes, ref a4, ref b4, ref c4, ref d4, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>(5 * Lanes, ref a5, ref b5, ref c5, ref d5, rows, w0, w1, w2, w3);
                Load<T, TWidth>(panel, 1, second, out w0, out w1, out w2, out w3);
                Row<T, THeight, TWidth>(1, ref a0, ref b0, ref c0, ref d0, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>(Lanes + 1, ref a1, ref b1, ref c1, ref d1, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>((2 * Lanes) + 1, ref a2, ref b2, ref c2, ref d2, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>((3 * Lanes) + 1, ref a3, ref b3, ref c3, ref d3, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>((4 * Lanes) + 1, ref a4, ref b4, ref c4, ref d4, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>((5 * Lanes) + 1, ref a5, ref b5, ref c5, ref d5, rows, w0, w1, w2, w3);
                panel += 2 * TWidth.PanelVectors * T.Count;
            }

            if (rows < end)
            {
                Fetch<TWidth>(next, nextSecond);
                next += nextStep;
                Load<T, TWidth>(panel, 0, second, out T w0, out T w1, out T w2, out T w3);
                Row<T, THeight, TWidth>(0, ref a0, ref b0, ref c0, ref d0, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>(Lanes, ref a1, ref b1, ref c1, ref d1, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>(2 * Lanes, ref a2, ref b2, ref c2, ref d2, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>(3 * Lanes, ref a3, ref b3, ref c3, ref d3, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>(4 * Lanes, ref a4, ref b4, ref c4, ref d4, rows, w0, w1, w2, w3);
                Row<T, THeight, TWidth>(5 * Lanes, ref a5, ref b5, ref c5, ref d5, rows, w0, w1, w2, w3);
                panel += TWidth.PanelVectors * T.Count;
                rows++;
            }

            rows += group - terms;
        }

        nint secondSums = TWidth.IsTall ? THeight.Rows * TWidth.PanelVectors * T.Count : product.SecondSums;
        bool accumulate = product.Accumulate;
        Finish<T, THeight, TWidth>(0, a0, b0, c0, d0, sums, secondSums, accumulate);
        Finish<T, THeight, TWidth>(1, a1, b1, c1, d1, sums, secondSums, accumulate);
        Finish<T, THeight, TWidth>(2, a2, b2, c2, d2, sums, secondSums, accumulate);
        Finish<T, THeight, TWidth>(3, a3, b3, c3, d3, sums, secondSums, accumulate);
        Finish<T, THeight, TWidth>(4, a4, b4, c4, d4, sums, secondSums, accumulate);
        Finish<T, THeight, TWidth>(5, a5, b5, c5, d5, sums, secondSums, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch<TWidth>(byte* next, nint nextSecond)
        where TWidth : struct, ITileWidth
    {
        Prefetch(next);
        if (TWidth.HasTwoPanels)
        {
            Prefetch(next + nextSecond);
        }
    }

    /// <summary>A term's weights, of this term or the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<T, TWidth>(float* panel, int term, nint second, out T w0, out T w1, out T w2, out T w3)
        where T : unmanaged, ISimd<T>
        where TWidth : struct, ITileWidth
    {
        w0 = T.Load(panel + (term * TWidth.PanelVectors * T.Count));
        w1 = TWidth.PanelVectors > 1 ? T.Load(panel + (((term * TWidth.PanelVectors) + 1) * T.Count)) : default;
        w2 = TWidth.HasTwoPanels ? T.Load(panel + second + (term * TWidth.PanelVectors * T.Count)) : default;
        w3 = TWidth.HasTwoPanels ? T.Load(panel + second + (((term * TWidth.PanelVectors) + 1) * T.Count)) : default;
    }

    /// <summary>One row's multiply-adds of a term, and its twin's in a tall tile.</summary>
    /// <param name="index">Of the term's value in <paramref name="rows"/>, a constant: the row and one of two terms.</param>
    /// <param name="a">The row's sums, likewise the others.</param>
    /// <param name="b">As above.</param>
    /// <param name="c">As above.</param>
    /// <param name="d">As above.</param>
    /// <param name="rows">The first row.</param>
    /// <param name="w0">The term's weights, likewise the others.</param>
    /// <param name="w1">As above.</param>
    /// <param name="w2">As above.</param>
    /// <param name="w3">As above.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<T, THeight, TWidth>(int index, ref T a, ref T b, ref T c, ref T d, float* rows, T w0, T w1, T w2, T w3)
        where T : unmanaged, ISimd<T>
        where THeight : struct, ITileHeight
        where TWidth : struct, ITileWidth
    {
        if (index >= THeight.Rows * Lanes)
        {
            return;
        }

        T x = T.Broadcast(rows[index]);
        T.Accumulate(ref a, x, w0);
        if (TWidth.PanelVectors > 1)
        {
            T.Accumulate(ref b, x, w1);
        }

        if (TWidth.HasTwoPanels)
        {
            T.Accumulate(ref c, x, w2);
            T.Accumulate(ref d, x, w3);
        }

        if (TWidth.IsTall)
        {
            x = T.Broadcast(rows[(THeight.Rows * Lanes) + index]);
            T.Accumulate(ref c, x, w0);
            if (TWidth.PanelVectors > 1)
            {
                T.Accumulate(ref d, x, w1);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<T, THeight, TWidth>(int row, T a, T b, T c, T d, float* sums, nint second, bool accumulate)
        where T : unmanaged, ISimd<T>
        where THeight : struct, ITileHeight
        where TWidth : struct, ITileWidth
    {
        if (row >= THeight.Rows)
        {
            return;
        }

        sums += row * TWidth.PanelVectors * T.Count;
        Finish(a, sums, accumulate);
        if (TWidth.PanelVectors > 1)
        {
            Finish(b, sums + T.Count, accumulate);
        }

        if (TWidth.IsTall || TWidth.HasTwoPanels)
        {
            Finish(c, sums + second, accumulate);
            if (TWidth.PanelVectors > 1)
            {
                Finish(d, sums + second + T.Count, accumulate);
            }
        }
    }
}

using System.Runtime.CompilerServices;
using static CudaNet.Kernels.Cpu.TileKernel;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The products of a few tiles with weights that nobody else reads: columns of filters whose rows are transformed become points in registers, two of a row at a time for all outputs of a panel
/// (for one vector of them with 16 registers), and are used there. The sums are those of <see cref="TileKernel"/> with all points stored.
/// </summary>
internal static unsafe class FewTilesKernel<TVariant>
    where TVariant : struct, IWinograd
{
    /// <summary>How often the filters of a panel are passed for a pair of points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Passes<T>(int outputs)
        where T : unmanaged, ISimd<T> => T.Registers == 32 ? 1 : outputs / T.Count;

    /// <summary>The products of a row of points.</summary>
    /// <param name="row">From 0 to <see cref="IWinograd.Inputs"/> − 1.</param>
    /// <param name="filters">That row of the filters.</param>
    /// <param name="pixels">The first term of the first point of all, [block][height][16].</param>
    /// <param name="point">Elements from point to point.</param>
    /// <param name="tiles">The tiles.</param>
    /// <param name="start">What the sums begin with, as <paramref name="sums"/> lie; null for zeros.</param>
    /// <param name="sums">Of all points, [point][tile][outputs].</param>
    /// <param name="accumulate">Add to what is there, or store.</param>
    /// <param name="next">What to fetch into the second-level cache meanwhile.</param>
    /// <param name="nextStep">Bytes of it a term, pair of points and pass.</param>
    /// <returns>What to fetch after that.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static byte* Run<T>(int row, in FilterRow filters, float* pixels, nint point, FewTiles tiles, float* start, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        nint sum = (nint)tiles.Height * filters.Outputs;
        for (int pair = 0; pair < TVariant.Inputs / 2; pair++)
        {
            (int one, int two) = WinogradFilter<TVariant>.Pair(pair);
            nint first = (row * TVariant.Inputs) + one;
            nint apart = two - one;
            FewTiles.Range ones = tiles.Needing(WinogradFilter<TVariant>.Place((int)first));
            FewTiles.Range twos = tiles.Needing(WinogradFilter<TVariant>.Place((int)(first + apart)));
            if (ones.Count == 0)
            {
                continue; // Nor does any tile need the second.
            }

            nint tilesApart = twos.Count == 0 ? 0 : twos.First - ones.First;
            nint offset = (first * sum) + (ones.First * filters.Outputs);
            nint sumsApart = (apart * sum) + (tilesApart * filters.Outputs);
            float* firstPixels = pixels + (first * point) + (ones.First * BlockedImage.BlockChannels);
            nint pixelsApart = (apart * point) + (tilesApart * BlockedImage.BlockChannels);
            // No tile needs the second point that does not need the first.
            delegate*<int, int, in FilterRow, float*, float*, nint, float*, float*, nint, bool, byte*, nint, void> multiply = (ones.Count, twos.Count) switch
            {
                (5, 5) => &Several<T, Height5, Height5>,
                (5, _) => &Several<T, Height5, Height0>,
                (4, 4) => &Several<T, Height4, Height4>,
                (4, 2) => &Several<T, Height4, Height2>,
                (4, _) => &Several<T, Height4, Height0>,
                (_, 2) => &Several<T, Height2, Height2>,
                _ => &Several<T, Height2, Height0>,
            };
            for (int pass = 0; pass < Passes<T>(filters.Outputs); pass++, offset += T.Count, next += nextStep * filters.Blocks * filters.Terms)
            {
                float* columns = filters.First + (pass * T.Count);
                multiply(tiles.Height, pair, filters, columns, firstPixels, pixelsApart, start == null ? null : start + offset, sums + offset, sumsApart, accumulate, next, nextStep);
            }
        }

        return next;
    }

    /// <summary>Up to five tiles of two points, by a panel's two vectors where there are 32 registers, otherwise by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Several<T, TFirst, TSecond>(
        int height, int pair, in FilterRow filters, float* columns, float* pixels, nint apart, float* start, float* sums, nint sumsApart, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
        where TFirst : struct, ITileHeight
        where TSecond : struct, ITileHeight
    {
        T a0 = default, a1 = default, a2 = default, a3 = default, a4 = default;
        T b0 = default, b1 = default, b2 = default, b3 = default, b4 = default;
        T c0 = default, c1 = default, c2 = default, c3 = default, c4 = default;
        T d0 = default, d1 = default, d2 = default, d3 = default, d4 = default;
        nint outputs = filters.Outputs;
        nint vector = T.Registers == 32 && outputs > T.Count ? T.Count : 0;
        if (start != null)
        {
            Start<T, TFirst>(start, outputs, out a0, out a1, out a2, out a3, out a4);
            Start<T, TSecond>(start + sumsApart, outputs, out c0, out c1, out c2, out c3, out c4);
            if (T.Registers == 32)
            {
                Start<T, TFirst>(start + vector, outputs, out b0, out b1, out b2, out b3, out b4);
                Start<T, TSecond>(start + sumsApart + vector, outputs, out d0, out d1, out d2, out d3, out d4);
            }
        }

        FilterPair constants = pair == 1 ? TVariant.FirstPair : TVariant.SecondPair;
        T even0 = T.Broadcast(constants.Even0);
        T even2 = T.Broadcast(constants.Even2);
        T odd = T.Broadcast(constants.Odd);
        nint column = filters.Column;
        nint nextTerm = filters.Term;
        for (int block = 0; block < filters.Blocks; block++, columns += filters.Block)
        {
            float* end = pixels + filters.Terms;
            for (; pixels < end; pixels++, columns += nextTerm)
            {
                Prefetch(next);
                next += nextStep;
                float* others = columns + vector;
                T w0 = T.Load(columns);
                T w1 = T.Load(columns + (2 * column));
                T v0 = T.Registers == 32 ? T.Load(others) : default;
                T v1 = T.Registers == 32 ? T.Load(others + (2 * column)) : default;
                if (pair != 0)
                {
                    WinogradFilter<TVariant>.Points(even0, even2, odd, w0, T.Load(columns + column), w1, out w0, out w1);
                    if (T.Registers == 32)
                    {
                        WinogradFilter<TVariant>.Points(even0, even2, odd, v0, T.Load(others + column), v1, out v0, out v1);
                    }
                }

                Add<T, TFirst>(0, pixels, w0, v0, ref a0, ref b0);
                Add<T, TFirst>(1, pixels, w0, v0, ref a1, ref b1);
                Add<T, TFirst>(2, pixels, w0, v0, ref a2, ref b2);
                Add<T, TFirst>(3, pixels, w0, v0, ref a3, ref b3);
                Add<T, TFirst>(4, pixels, w0, v0, ref a4, ref b4);
                float* there = pixels + apart;
                Add<T, TSecond>(0, there, w1, v1, ref c0, ref d0);
                Add<T, TSecond>(1, there, w1, v1, ref c1, ref d1);
                Add<T, TSecond>(2, there, w1, v1, ref c2, ref d2);
                Add<T, TSecond>(3, there, w1, v1, ref c3, ref d3);
                Add<T, TSecond>(4, there, w1, v1, ref c4, ref d4);
            }

            pixels += (height * (nint)BlockedImage.BlockChannels) - filters.Terms;
        }

        FinishTiles<T, TFirst>(a0, a1, a2, a3, a4, sums, outputs, accumulate);
        FinishTiles<T, TSecond>(c0, c1, c2, c3, c4, sums + sumsApart, outputs, accumulate);
        if (vector != 0)
        {
            sums += vector;
            FinishTiles<T, TFirst>(b0, b1, b2, b3, b4, sums, outputs, accumulate);
            FinishTiles<T, TSecond>(d0, d1, d2, d3, d4, sums + sumsApart, outputs, accumulate);
        }
    }

    /// <summary>What one tile's pixel adds to its sums, where there is the tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<T, TTiles>(int tile, float* pixels, T first, T second, ref T firstSum, ref T secondSum)
        where T : unmanaged, ISimd<T>
        where TTiles : struct, ITileHeight
    {
        if (tile < TTiles.Rows)
        {
            T pixel = T.Broadcast(pixels[tile * BlockedImage.BlockChannels]);
            T.Accumulate(ref firstSum, pixel, first);
            if (T.Registers == 32)
            {
                T.Accumulate(ref secondSum, pixel, second);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Start<T, TTiles>(float* start, nint outputs, out T tile0, out T tile1, out T tile2, out T tile3, out T tile4)
        where T : unmanaged, ISimd<T>
        where TTiles : struct, ITileHeight
    {
        tile0 = TTiles.Rows > 0 ? T.Load(start) : default;
        tile1 = TTiles.Rows > 1 ? T.Load(start + outputs) : default;
        tile2 = TTiles.Rows > 2 ? T.Load(start + (2 * outputs)) : default;
        tile3 = TTiles.Rows > 3 ? T.Load(start + (3 * outputs)) : default;
        tile4 = TTiles.Rows > 4 ? T.Load(start + (4 * outputs)) : default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishTiles<T, TTiles>(T tile0, T tile1, T tile2, T tile3, T tile4, float* sums, nint outputs, bool accumulate)
        where T : unmanaged, ISimd<T>
        where TTiles : struct, ITileHeight
    {
        FinishTile<T, TTiles>(0, tile0, sums, outputs, accumulate);
        FinishTile<T, TTiles>(1, tile1, sums, outputs, accumulate);
        FinishTile<T, TTiles>(2, tile2, sums, outputs, accumulate);
        FinishTile<T, TTiles>(3, tile3, sums, outputs, accumulate);
        FinishTile<T, TTiles>(4, tile4, sums, outputs, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishTile<T, TTiles>(int tile, T value, float* sums, nint outputs, bool accumulate)
        where T : unmanaged, ISimd<T>
        where TTiles : struct, ITileHeight
    {
        if (tile < TTiles.Rows)
        {
            Finish(value, sums + (tile * outputs), accumulate);
        }
    }
}

using System.Runtime.CompilerServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Lanewise sums of groups of 4, 8 and 16 channels on both sides. A pixel has as many sums a vector as a group has channels, of the products of each input lane for the output lane that is the
/// exclusive-or of it and 0, 1, 2, ...; at the end they are permuted to the output lanes and added, four by four, in that order. So values are multiplied where they lie, several times for each that is
/// loaded, and the order is the same in vectors of any width.
/// </summary>
internal static unsafe class ExchangeKernel
{
    private const int Lanes = BlockedImage.BlockChannels;
    private const int Most = LanewiseKernel.Pixels;
    private const int MostByThree = 9;

    /// <summary>The channels of a layer's groups, where its sums are exchanged; otherwise 0.</summary>
    public static int Channels(Conv2d op) => op.Groups > 1 && op.InChannels == op.OutChannels && op.InChannels / op.Groups is (4 or 8 or 16) and int channels ? channels : 0;

    /// <summary>How many pixels <see cref="Run"/> takes in one go: some times as many as share their loads of the weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Pixels<T>(int channels)
        where T : unmanaged, ISimd<T> => channels > 4 && T.Registers == 32 ? MostByThree : Most;

    /// <summary>The permutations by 0, 1, 2, ... of a vector, within it: a group that is wider is vectors that exchange values, too.</summary>
    public static int[] Permutations<T>(int channels)
        where T : unmanaged, ISimd<T> => [.. Enumerable.Range(0, channels).SelectMany(by => Enumerable.Range(0, T.Count).Select(lane => lane ^ (by % T.Count)))];

    /// <summary>Sums the products of some rows of the window.</summary>
    /// <param name="channels">Of a group: 4, 8 or 16.</param>
    /// <param name="values">The first row's first value for a pixel at offset 0, at the vector's first lane.</param>
    /// <param name="pixels">Offset of each pixel in bytes.</param>
    /// <param name="window">How the values are walked; a column is one vector, or those of a group.</param>
    /// <param name="rows">How many rows of the window.</param>
    /// <param name="weights">[row][column][exclusive-or][16], at the vector's first lane.</param>
    /// <param name="lane">The vector's first of 16.</param>
    /// <param name="permutations"><see cref="Permutations"/>.</param>
    /// <param name="sums">[pixel][lanes].</param>
    /// <param name="accumulate">Add to what is there, or store.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T>(int channels, float* values, nint* pixels, in LanewiseWindow window, int rows, float* weights, int lane, int* permutations, float* sums, bool accumulate)
        where T : unmanaged, ISimd<T>
    {
        nint weightStep = (nint)channels * Lanes;
        bool byEight = Pixels<T>(channels) == MostByThree;
        int together = byEight ? 8 : 4;
        for (int by = 0; by < channels; by += together, weights += together * Lanes, permutations += together * T.Count, accumulate = true)
        {
            // The vector whose lanes are those of this one, exclusive-or the first of the sums.
            nint other = (lane ^ (by & -T.Count)) - lane;
            if (byEight)
            {
                nint second = (lane ^ ((by + 4) & -T.Count)) - lane - other;
                EightByThree<T>((byte*)(values + other), pixels, window, rows, weights + other, weightStep, second, permutations, sums, accumulate);
            }
            else
            {
                FourByTwo<T>((byte*)(values + other), pixels, window, rows, weights + other, weightStep, permutations, sums, accumulate);
            }
        }
    }

    /// <summary>Four sums of two pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByTwo<T>(byte* values, nint* pixels, in LanewiseWindow window, int rows, float* weights, nint weightStep, int* permutations, float* sums, bool accumulate)
        where T : unmanaged, ISimd<T>
    {
        int columns = window.Columns;
        nint columnStep = window.ColumnStep;
        nint rowRest = window.RowStep - (columns * columnStep);
        for (int pixel = 0; pixel < Most; pixel += 2, sums += 2 * T.Count)
        {
            float* left = (float*)(values + pixels[pixel]);
            nint right = pixels[pixel + 1] - pixels[pixel];
            float* w = weights;
            T a0 = default, a1 = default, a2 = default, a3 = default;
            T b0 = default, b1 = default, b2 = default, b3 = default;
            for (int row = 0; row < rows; row++, left += rowRest)
            {
                for (int column = 0; column < columns; column++, left += columnStep, w += weightStep)
                {
                    T x = T.Load(left), y = T.Load((float*)((byte*)left + right));
                    T weight = T.Load(w);
                    T.Accumulate(ref a0, x, weight);
                    T.Accumulate(ref b0, y, weight);
                    weight = T.Load(w + Lanes);
                    T.Accumulate(ref a1, x, weight);
                    T.Accumulate(ref b1, y, weight);
                    weight = T.Load(w + (2 * Lanes));
                    T.Accumulate(ref a2, x, weight);
                    T.Accumulate(ref b2, y, weight);
                    weight = T.Load(w + (3 * Lanes));
                    T.Accumulate(ref a3, x, weight);
                    T.Accumulate(ref b3, y, weight);
                }
            }

            TileKernel.Finish(Join(a0, a1, a2, a3, permutations), sums, accumulate);
            TileKernel.Finish(Join(b0, b1, b2, b3, permutations), sums + T.Count, accumulate);
        }
    }

    /// <summary>Eight sums of three pixels: eleven vectors are loaded for 24 multiply-adds.</summary>
    /// <param name="values">As above, likewise the others.</param>
    /// <param name="pixels">As above.</param>
    /// <param name="window">As above.</param>
    /// <param name="rows">As above.</param>
    /// <param name="weights">As above.</param>
    /// <param name="weightStep">Elements from the weights of a position to those of the next.</param>
    /// <param name="second">Elements to the vector of the last four sums, of values and of weights; 0 where a vector has eight lanes or more.</param>
    /// <param name="permutations">As above.</param>
    /// <param name="sums">As above.</param>
    /// <param name="accumulate">As above.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightByThree<T>(
        byte* values, nint* pixels, in LanewiseWindow window, int rows, float* weights, nint weightStep, nint second, int* permutations, float* sums, bool accumulate)
        where T : unmanaged, ISimd<T>
    {
        int columns = window.Columns;
        nint columnStep = window.ColumnStep;
        nint rowRest = window.RowStep - (columns * columnStep);
        for (int pixel = 0; pixel < MostByThree; pixel += 3, sums += 3 * T.Count)
        {
            byte* first = values + pixels[pixel];
            nint toY = pixels[pixel + 1] - pixels[pixel], toZ = pixels[pixel + 2] - pixels[pixel];
            float* w = weights;
            T a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
            T b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
            T c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
            for (int row = 0; row < rows; row++, first += rowRest * sizeof(float))
            {
                for (int column = 0; column < columns; column++, first += columnStep * sizeof(float), w += weightStep)
                {
                    T x = T.Load((float*)first), y = T.Load((float*)(first + toY)), z = T.Load((float*)(first + toZ));
                    Add(T.Load(w), x, y, z, ref a0, ref b0, ref c0);
                    Add(T.Load(w + Lanes), x, y, z, ref a1, ref b1, ref c1);
                    Add(T.Load(w + (2 * Lanes)), x, y, z, ref a2, ref b2, ref c2);
                    Add(T.Load(w + (3 * Lanes)), x, y, z, ref a3, ref b3, ref c3);
                    float* last = w;
                    if (T.Count < 8)
                    {
                        byte* other = first + (second * sizeof(float));
                        (x, y, z) = (T.Load((float*)other), T.Load((float*)(other + toY)), T.Load((float*)(other + toZ)));
                        last += second;
                    }

                    Add(T.Load(last + (4 * Lanes)), x, y, z, ref a4, ref b4, ref c4);
                    Add(T.Load(last + (5 * Lanes)), x, y, z, ref a5, ref b5, ref c5);
                    Add(T.Load(last + (6 * Lanes)), x, y, z, ref a6, ref b6, ref c6);
                    Add(T.Load(last + (7 * Lanes)), x, y, z, ref a7, ref b7, ref c7);
                }
            }

            Finish(Join(a0, a1, a2, a3, permutations), Join(a4, a5, a6, a7, permutations + (4 * T.Count)), sums, accumulate);
            Finish(Join(b0, b1, b2, b3, permutations), Join(b4, b5, b6, b7, permutations + (4 * T.Count)), sums + T.Count, accumulate);
            Finish(Join(c0, c1, c2, c3, permutations), Join(c4, c5, c6, c7, permutations + (4 * T.Count)), sums + (2 * T.Count), accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<T>(T weight, T x, T y, T z, ref T a, ref T b, ref T c)
        where T : unmanaged, ISimd<T>
    {
        T.Accumulate(ref a, x, weight);
        T.Accumulate(ref b, y, weight);
        T.Accumulate(ref c, z, weight);
    }

    /// <summary>Four sums, in the lanes of the outputs. The first of a vector's own is there already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Join<T>(T sum0, T sum1, T sum2, T sum3, int* permutations)
        where T : unmanaged, ISimd<T>
    {
        T sum = *permutations == 0 ? sum0 : T.Permute(sum0, permutations);
        sum = T.Add(sum, T.Permute(sum1, permutations + T.Count));
        return T.Add(T.Add(sum, T.Permute(sum2, permutations + (2 * T.Count))), T.Permute(sum3, permutations + (3 * T.Count)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<T>(T four, T nextFour, float* sum, bool accumulate)
        where T : unmanaged, ISimd<T> => T.Store(T.Add(accumulate ? T.Add(T.Load(sum), four) : four, nextFour), sum);
}

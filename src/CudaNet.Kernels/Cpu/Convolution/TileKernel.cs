using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Kernels.Cpu;

/// <summary>Multiplies one tile of packed rows by one panel of weights, with the kernel that fits the machine's registers and the panel's width.</summary>
internal static unsafe class TileKernel
{
    /// <param name="rows">[group][<see cref="ISimd{TSelf}.TileRows"/>][16].</param>
    /// <param name="group">Elements from group to group; with 16 registers rows are always packed.</param>
    /// <param name="filled">How many rows count; the sums of the others are undefined.</param>
    /// <param name="panel">[group · term][outputs].</param>
    /// <param name="groups">Groups of terms.</param>
    /// <param name="terms">Terms of each group that count, at most 16.</param>
    /// <param name="outputs">One or two vectors.</param>
    /// <param name="sums">[row][outputs].</param>
    /// <param name="accumulate">Add to what is there, or store.</param>
    /// <param name="next">What to fetch into the second-level cache meanwhile.</param>
    /// <param name="nextStep">Bytes of it a term.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T>(float* rows, nint group, int filled, float* panel, int groups, int terms, int outputs, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        bool isWide = outputs > T.Count;
        if (T.TileRows == TileKernel14.Rows)
        {
            if (isWide && filled <= 7)
            {
                TileKernel14.Half<T>(rows, group, panel, groups, terms, sums, accumulate, next, nextStep);
            }
            else if (isWide)
            {
                TileKernel14.Wide<T>(rows, group, panel, groups, terms, sums, accumulate, next, nextStep);
            }
            else
            {
                TileKernel14.Narrow<T>(rows, group, panel, groups, terms, sums, accumulate, next, nextStep);
            }
        }
        else if (isWide)
        {
            TileKernel6.Wide<T>(rows, panel, groups, terms, sums, accumulate, next, nextStep);
        }
        else
        {
            TileKernel6.Narrow<T>(rows, panel, groups, terms, sums, accumulate, next, nextStep);
        }
    }

    /// <summary>Heights of the tiles for which there is a kernel, highest first: <see cref="RunRows"/> takes no other.</summary>
    public static ReadOnlySpan<int> Heights<T>()
        where T : unmanaged, ISimd<T> => T.TileRows == TileKernel14.Rows ? [14, 8, 4, 1] : [6, 4, 1];

    /// <summary>The same for a tile of one of <see cref="Heights"/>, packed [group][height][16].</summary>
    /// <inheritdoc cref="Run"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunRows<T>(float* rows, int height, float* panel, int groups, int terms, int outputs, float* sums, bool accumulate, byte* next, nint nextStep)
        where T : unmanaged, ISimd<T>
    {
        if (height == T.TileRows)
        {
            Run<T>(rows, (nint)height * BlockedImage.BlockChannels, height, panel, groups, terms, outputs, sums, accumulate, next, nextStep);
        }
        else if (height == 8 && outputs > T.Count)
        {
            TileKernelFew.Eight<T>(rows, panel, groups, terms, sums, accumulate, next, nextStep);
        }
        else if (height == 4 && outputs > T.Count)
        {
            TileKernelFew.Four<T>(rows, panel, groups, terms, sums, accumulate, next, nextStep);
        }
        else
        {
            for (int row = 0; row < height; row++, rows += BlockedImage.BlockChannels, sums += outputs)
            {
                TileKernelFew.One<T>(rows, height * BlockedImage.BlockChannels, panel, groups, terms, outputs, sums, accumulate, next, nextStep);
            }
        }
    }

    /// <summary>One row's multiply-adds of a term.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row<T>(ref T a, ref T b, float value, T w0, T w1)
        where T : unmanaged, ISimd<T>
    {
        T x = T.Broadcast(value);
        T.Accumulate(ref a, x, w0);
        T.Accumulate(ref b, x, w1);
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
}

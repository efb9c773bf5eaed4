using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Gathers the windows of tiles of pixels into [tile][group][row][16], the order in which <see cref="TileKernel"/> reads them.</summary>
internal static unsafe class WindowPacker
{
    /// <param name="source">The group of channels' first value, at the window's first position of pixel 0.</param>
    /// <param name="pixels">Offset of each pixel's window, as many as a tile's <see cref="TileKernel.Height"/> takes.</param>
    /// <param name="firsts">Each tile's first pixel, and the number of pixels.</param>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="groups">Offset of each group of terms within a window.</param>
    /// <param name="packed">Where they go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<T>(float* source, nint* pixels, int* firsts, int tiles, ReadOnlySpan<nint> groups, float* packed)
        where T : unmanaged, ISimd<T>
    {
        for (int tile = 0; tile < tiles; tile++)
        {
            int height = TileKernel.Height(firsts[tile + 1] - firsts[tile]);
            nint* windows = pixels + firsts[tile];
            foreach (nint group in groups)
            {
                float* window = source + group;
                for (int row = 0; row < height; row++, packed += BlockedImage.BlockChannels)
                {
                    float* values = window + windows[row];
                    for (int lane = 0; lane < BlockedImage.BlockChannels; lane += T.Count)
                    {
                        T.Store(T.Load(values + lane), packed + lane);
                    }
                }
            }
        }
    }

    /// <summary>The same for channels that begin at a lane of a block, and go on in the next.</summary>
    /// <param name="source">The block that the first channel is in.</param>
    /// <param name="lane">The first channel's lane.</param>
    /// <param name="block">Elements from block to block.</param>
    /// <param name="pixels">As above.</param>
    /// <param name="firsts">As above.</param>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="groups">As above.</param>
    /// <param name="terms">Channels that count; what lies behind them is undefined.</param>
    /// <param name="packed">Where they go, and a vector more.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackFrom<T>(float* source, int lane, nint block, nint* pixels, int* firsts, int tiles, ReadOnlySpan<nint> groups, int terms, float* packed)
        where T : unmanaged, ISimd<T>
    {
        int here = Math.Min(terms, BlockedImage.BlockChannels - lane);
        source += lane;
        for (int tile = 0; tile < tiles; tile++)
        {
            int height = TileKernel.Height(firsts[tile + 1] - firsts[tile]);
            nint* windows = pixels + firsts[tile];
            foreach (nint group in groups)
            {
                float* window = source + group;
                for (int row = 0; row < height; row++, packed += BlockedImage.BlockChannels)
                {
                    // Each copy ends after what counts; what follows it is written next.
                    float* values = window + windows[row];
                    for (int term = 0; term < here; term += T.Count)
                    {
                        T.Store(T.Load(values + term), packed + term);
                    }

                    values += block - lane;
                    for (int term = here; term < terms; term += T.Count)
                    {
                        T.Store(T.Load(values + term - here), packed + term);
                    }
                }
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// How a direct convolution's work is cut into items, and their pixels into tiles. It depends on batch and threads, and changes no bit of the result: an element's sum runs in
/// the same order in whatever item and tile it falls.
/// </summary>
internal sealed unsafe class DirectTiling
{
    /// <summary>Panels whose partial sums an item keeps.</summary>
    private const int MaxPanels = 16;

    /// <summary>What an item's packing takes, in panels that are multiplied.</summary>
    private const double PackedPanels = 0.12;

    /// <summary>What an item's packed pixels and partial sums may take of the second-level cache. The more pixels share the weights, the less often those come from further away.</summary>
    private static readonly long ItemBytes = Math.Min(SecondLevelCache.Bytes / 2, 256 << 10);

    /// <summary>Neighbouring pixels that are cut into tiles together.</summary>
    private readonly int _run;
    private readonly int _most;

    private DirectTiling(int run, int most) => (_run, _most) = (run, most);

    /// <summary>Output pixels of the whole batch.</summary>
    public required int Pixels { get; init; }

    /// <summary>Pixels of an item.</summary>
    public required int ItemPixels { get; init; }

    /// <summary>Panels of an item.</summary>
    public required int Panels { get; init; }

    public required int PanelSplits { get; init; }

    public required int Items { get; init; }

    /// <summary>Pixels of an item, padded to a tile's height.</summary>
    public nint Rows => TileKernel.Height(ItemPixels);

    /// <summary>The most tiles of an item.</summary>
    public int Tiles => (ItemPixels + _run - 1) / _run * TileCut.Count(_run, _most);

    /// <summary>Values of an item's packed pixels, in the largest chunk.</summary>
    public required nint PackedElements { get; init; }

    /// <summary>Values of an item's partial sums.</summary>
    public required nint SumElements { get; init; }

    /// <summary>fp32 elements of one thread's scratch memory: source and destination offsets, tiles, packed pixels, partial sums.</summary>
    public long ScratchElements => (4 * Rows) + Tiles + 1 + PackedElements + SumElements + (2 * BlockedImage.BlockChannels);

    /// <summary>At least so many pixels, and at most four times as many or a row of the image, share a panel while it is in the first-level cache.</summary>
    public static int LeastPixels<T>()
        where T : unmanaged, ISimd<T> => T.Registers == 32 ? 112 : 48;

    /// <summary>
    /// Whether pixels are read where they lie, so that a tile's are neighbours in a row of the image: rows of one pixel's window, whose groups of terms are as far apart as packing would make
    /// them. Narrow images are packed, because their rows are cut into tiles of few pixels, and so are rows that end with half of a tall tile's twins: the sums of the pixel behind it would be the next row's.
    /// </summary>
    public static bool ReadsInPlace<T>(DirectConvolution layer, in BlockedImage to)
        where T : unmanaged, ISimd<T> =>
        layer.Op is { KernelHeight: 1, KernelWidth: 1, Stride: 1 }
        && to.Width >= (T.Registers == 32 ? 12 : 28)
        && (TileKernel.MostRows<T>(layer.WholePanels) == TileKernel.Rows || TileKernel.Height(to.Width) == to.Width);

    /// <param name="layer">The layer.</param>
    /// <param name="to">Its output.</param>
    /// <param name="readsInPlace"><see cref="ReadsInPlace{T}"/>.</param>
    /// <param name="unitPixels">Neighbouring pixels of an image that are not cut apart, if that leaves items small and enough for all threads; they divide an image. Null for any.</param>
    /// <param name="threads">That share the work.</param>
    public static DirectTiling Of<T>(DirectConvolution layer, in BlockedImage to, bool readsInPlace, int? unitPixels, int threads)
        where T : unmanaged, ISimd<T>
    {
        int most = TileKernel.MostRows<T>(layer.WholePanels);
        int pixels = checked(to.Batch * to.Height * to.Width);
        int unit = UnitOf<T>(layer, to, readsInPlace, unitPixels, pixels, threads) ?? (readsInPlace ? to.Width : most);
        int units = Divide(pixels, unit);

        // As few items as keep every thread busy, each packed once for all its panels, between the least pixels and those whose values fit the cache; as many for each thread.
        int fit = (int)Math.Clamp(ItemBytes / PixelBytes<T>(layer), LeastPixels<T>(), 4 * LeastPixels<T>());
        int leastUnits = Divide(LeastPixels<T>(), unit);
        int blocks = Math.Max(1, Divide(units, Math.Clamp(units / threads, leastUnits, Math.Max(leastUnits, fit / unit))));
        blocks = blocks < threads ? blocks : Math.Min(units, Divide(blocks, threads) * threads);
        (int itemPixels, int panels) = ItemOf<T>(layer, readsInPlace, pixels, unit, Math.Max(1, Divide(units, blocks)), threads);
        blocks = Divide(pixels, itemPixels);

        int together = Math.Min(layer.Panels, TileKernel.Panels<T>());
        int splits = Divide(layer.Panels, panels);
        nint rows = TileKernel.Height(itemPixels);
        return new DirectTiling(readsInPlace ? to.Width : itemPixels, most)
        {
            Pixels = pixels,
            ItemPixels = itemPixels,
            Panels = panels,
            PanelSplits = splits,
            Items = checked(blocks * splits * layer.Op.Groups),
            PackedElements = readsInPlace ? 0 : rows * BlockedImage.BlockChannels * layer.Reduction.MaxGroups,
            SumElements = 2 * T.Count * (layer.Reduction.Chunks.Count == 1 ? together * most : rows * panels),
        };
    }

    /// <summary>Cuts an item's pixels into tiles.</summary>
    /// <param name="pixels">How many there are; in place, whole rows of the image.</param>
    /// <param name="firsts">Receives each tile's first pixel, and the number of pixels behind the last.</param>
    /// <returns>How many tiles.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Cut(int pixels, int* firsts)
    {
        int tiles = 0;
        for (int first = 0; first < pixels; first += _run)
        {
            tiles += TileCut.Cut(Math.Min(_run, pixels - first), _most, first, firsts + tiles);
        }

        return tiles;
    }

    /// <summary>Pixels that are cut into items together where some are not cut apart; null where that cannot be.</summary>
    private static int? UnitOf<T>(DirectConvolution layer, in BlockedImage to, bool readsInPlace, int? unitPixels, int pixels, int threads)
        where T : unmanaged, ISimd<T>
    {
        if (unitPixels is not { } unit)
        {
            return null;
        }

        while (readsInPlace && unit % to.Width != 0)
        {
            unit += unitPixels.Value;
        }

        int panels = Divide(layer.Panels, TileKernel.Panels<T>()) * layer.Op.Groups;
        return unit <= Math.Max(4 * LeastPixels<T>(), StagePublisher<T>.SmallPlane) && (threads == 1 || Divide(pixels, unit) * (long)panels >= 2 * threads) ? unit : null;
    }

    /// <summary>What a pixel takes: its values, and partial sums where there are several chunks.</summary>
    private static long PixelBytes<T>(DirectConvolution layer)
        where T : unmanaged, ISimd<T>
    {
        int sums = layer.Reduction.Chunks.Count == 1 ? 0 : Math.Min(layer.Panels, MaxPanels) * 2 * T.Count;
        return sizeof(float) * (sums + ((long)layer.Reduction.MaxGroups * BlockedImage.BlockChannels));
    }

    /// <summary>
    /// What lets the thread that has most to do end soonest: so many units of pixels an item, or one fewer, because rounding them up may leave some threads an item less, and panels of it, in pairs where there are
    /// enough for all threads.
    /// </summary>
    private static (int Pixels, int Panels) ItemOf<T>(DirectConvolution layer, bool readsInPlace, int pixels, int unit, int units, int threads)
        where T : unmanaged, ISimd<T>
    {
        int together = Math.Min(layer.Panels, TileKernel.Panels<T>());
        double packed = readsInPlace ? 0 : PackedPanels;
        (int Pixels, int Panels) best = default;
        double least = double.PositiveInfinity;
        int fewestUnits = threads == 1 ? units : Math.Max(1, units - 1);
        for (int count = units; count >= fewestUnits; count--)
        {
            int pixelItems = Math.Max(1, Divide(pixels, count * unit) * layer.Op.Groups);
            int fewest = Math.Min(layer.Panels, Math.Max(Divide(layer.Panels, MaxPanels), Divide(threads, pixelItems)));
            for (int splits = fewest; splits <= Math.Min(layer.Panels, 4 * fewest); splits++)
            {
                int panels = Divide(layer.Panels, splits), paired = Divide(panels, together) * together;
                panels = pixelItems * Divide(layer.Panels, paired) >= threads ? paired : panels;
                double cost = (double)Divide(pixelItems * Divide(layer.Panels, panels), threads) * count * (panels + packed);
                (best, least) = cost < least ? ((count * unit, panels), cost) : (best, least);
            }
        }

        return best;
    }

    private static int Divide(int total, int share) => (total + share - 1) / share;
}

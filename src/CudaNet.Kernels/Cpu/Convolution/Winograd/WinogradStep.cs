using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Makes the phases of a Winograd convolution. What it decides (how tiles are cut, whether weights are kept transformed) follows from batch, threads, registers and memory and changes no bit.
/// </summary>
internal static unsafe class WinogradStep
{
    /// <summary>Transformed pixels of a block: they, its products and a panel of weights share the second-level cache.</summary>
    private static readonly long BlockBytes = Math.Clamp(SecondLevelCache.Bytes / 2, 192 << 10, 256 << 10);

    /// <summary>The same of a single block of channels, whose products are as many as its pixels: up to 1.1 times faster than <see cref="BlockBytes"/>.</summary>
    private const long OneBlockBytes = 80 << 10;

    /// <summary>Tiles that share weights while those are transformed anew.</summary>
    private const int StreamedTiles = 112;

    /// <summary>Where a thread has fewer blocks than this, each gets as many: one more of twelve is a twelfth of the time.</summary>
    private const int EvenBlocks = 12;

    /// <summary>Blocks of channels whose weights, all points of them, fit the second-level cache beside the tiles.</summary>
    private const int CachedBlocks = 4;

    /// <summary>
    /// Up to so many threads transform the same tiles each for itself, if those fit the second-level cache: half of what is transformed together has to come from the other core's cache, which takes as long
    /// as transforming it where cores share no cache. Measured on such a processor only; which cores share one, virtual machines do not tell.
    /// </summary>
    private const int MostThreadsApart = 2;

    /// <summary>Up to so many tiles, reading nine weights and transforming them is quicker than reading all points of them, unless those of a single block of channels stay in a cache: measured, docs/cpu-performance.md.</summary>
    private static int TilesOfStreamedWeights<T>()
        where T : unmanaged, ISimd<T> => MemoryReads.AreFast ? 5 : T.Registers == 32 ? 16 : 12;

    /// <summary>Up to so many tiles, streamed weights become points in registers, which is quicker than storing two rows of points: measured as well.</summary>
    private static int FewTiles<T>()
        where T : unmanaged, ISimd<T> => T.Registers == 32 ? 10 : 5;

    /// <returns>The last phase.</returns>
    public static StoringPhase Begin<T, TVariant>(PlanLoader<T> loader, LayerNode node, string algorithm, DirectConvolution layer, WinogradSource source, PlanStep step)
        where T : unmanaged, ISimd<T>
        where TVariant : struct, IWinograd
    {
        TileGrid grid = TileGrid.Of<TVariant>(BlockedImage.Of(step.Output.Shape));
        Scratch scratch = loader.Scratch;
        WinogradPixels<T, TVariant> pixels = new(source);
        WinogradOutput<T, TVariant> output = new(layer, new TileSums<T>(layer, source));
        TileDestination destination = new(loader.Epilogue(step), loader.Place(step));
        StagePublisher<T>? publisher = loader.TakePublisher();
        scratch.Require(WinogradOutput<T, TVariant>.BufferElements);
        WinogradWeights<TVariant>? weights = KeptWeights<T, TVariant>(loader, node, algorithm, layer, pixels.Blocks, grid);
        if (weights is null && AreFew<T, TVariant>(grid))
        {
            TileBlock few = WinogradTiling.RowsOfFew(grid);
            bool sharesPixels = SharesPixels(scratch, pixels.Elements(few));
            if (sharesPixels)
            {
                scratch.RequireShared(pixels.Elements(few));
                loader.Add(new WinogradInputPhase<T, TVariant>(pixels, few, scratch));
            }

            int shares = scratch.Threads == 1 ? 1 : Math.Min(layer.Panels, 2 * scratch.Threads);
            return new FewTilesPhase<T, TVariant>(layer, pixels, output, destination, few, sharesPixels, shares, publisher, scratch);
        }

        int most = weights is null ? StreamedTiles : MostTiles(pixels);
        int unit = WinogradTiling.Unit(grid, most, publisher?.UnitPixels);
        TileBlock[] blocks = WinogradTiling.Cut<T>(grid, most, layer.WholePanels, unit);
        TileBlock[]? own = weights is null ? null
            : layer.Op.Groups == 1 && blocks.Length < EvenBlocks * scratch.Threads && WinogradTiling.CutEvenly<T>(grid, most, layer.WholePanels, unit, blocks.Length, scratch.Threads) is { } even ? even
            : blocks.Length * layer.Op.Groups >= 3 * scratch.Threads ? blocks
            : null;
        if (own is not null || !SharesPixels(scratch, blocks.Max(pixels.Elements)))
        {
            WinogradBlock<T, TVariant> alone = new(layer, weights, pixels, output, own ?? blocks, sharesPixels: false, scratch);
            return new WinogradPhase<T, TVariant>(layer, alone, own ?? blocks, own is null ? layer.Splits<T>(scratch.Threads) : 1, destination, publisher, scratch);
        }

        scratch.RequireShared(blocks.Max(pixels.Elements));
        WinogradBlock<T, TVariant> shared = new(layer, weights, pixels, output, blocks, sharesPixels: true, scratch);
        StoringPhase? last = null;
        foreach (TileBlock block in blocks)
        {
            if (last is not null)
            {
                loader.Add(last);
            }

            loader.Add(new WinogradInputPhase<T, TVariant>(pixels, block, scratch));
            last = new WinogradPhase<T, TVariant>(layer, shared, [block], layer.Splits<T>(scratch.Threads), destination, publisher, scratch);
        }

        return last!;
    }

    /// <summary>The same with the pooling that alone reads its output, whose rows are pooled while they are in the second-level cache.</summary>
    /// <returns>Null where the two are better left apart, or rows of tiles may differ in their height.</returns>
    public static StoringPhase? BeginPooled<T, TVariant, TPooling>(
        PlanLoader<T> loader, LayerNode node, string algorithm, DirectConvolution layer, WinogradSource source, PlanStep step, RowPooling<TPooling> pool)
        where T : unmanaged, ISimd<T>
        where TVariant : struct, IWinograd
        where TPooling : struct, IPooling
    {
        BlockedImage image = BlockedImage.Of(step.Output.Shape);
        TileGrid grid = TileGrid.Of<TVariant>(image);
        WinogradPixels<T, TVariant> pixels = new(source);
        if (TVariant.HasNarrowTiles || PooledRows.Of<T>(image, grid.Columns.Tiles, TVariant.Outputs, MostTiles(pixels), layer.WholePanels, pool.Op, pool.Image.Height, loader.Scratch.Threads) is not { } cut
            || (loader.Publishes && !(loader.PublishesLines && cut.ComputesAll(image, pool.Op, pool.Image.Height)))
            || KeptWeights<T, TVariant>(loader, node, algorithm, layer, pixels.Blocks, grid) is not { } weights)
        {
            return null;
        }

        WinogradOutput<T, TVariant> output = new(layer, new TileSums<T>(layer, source));
        return new PooledWinogradPhase<T, TVariant, TPooling>(layer, weights, pixels, output, grid, cut, image, loader.Epilogue(step), pool, loader.TakePublisher(), loader.Scratch);
    }

    /// <summary>Whether threads that take panels of the same tiles transform them together, in a phase of its own, and not each for itself.</summary>
    private static bool SharesPixels(Scratch scratch, long elements) => scratch.Threads > MostThreadsApart || elements * sizeof(float) > SecondLevelCache.Bytes;

    /// <summary>Whether points of streamed weights are made in registers, where they are multiplied.</summary>
    private static bool AreFew<T, TVariant>(in TileGrid grid)
        where T : unmanaged, ISimd<T>
        where TVariant : struct, IWinograd => TVariant.Taps == 3 && grid.Tiles <= FewTiles<T>();

    /// <summary>Null where weights are transformed while they are read.</summary>
    private static WinogradWeights<TVariant>? KeptWeights<T, TVariant>(PlanLoader<T> loader, LayerNode node, string algorithm, DirectConvolution layer, int inputBlocks, in TileGrid grid)
        where T : unmanaged, ISimd<T>
        where TVariant : struct, IWinograd =>
        grid.Tiles <= TilesOfStreamedWeights<T>() && (inputBlocks > 1 || AreFew<T, TVariant>(grid))
            ? null
            : loader.Forms.GetOrAddWithin(node, algorithm, sizeof(float) * WinogradWeights<TVariant>.Elements(layer), arena => WinogradWeights<TVariant>.Make<T>(layer, arena));

    /// <summary>Tiles of a block whose weights are kept: as many as fit, but with 32 registers not fewer than weights from further away are worth.</summary>
    private static int MostTiles<T, TVariant>(WinogradPixels<T, TVariant> pixels)
        where T : unmanaged, ISimd<T>
        where TVariant : struct, IWinograd
    {
        long tileBytes = TVariant.Points * (long)pixels.Blocks * BlockedImage.BlockChannels * sizeof(float);
        long fit = (pixels.Blocks == 1 ? OneBlockBytes : BlockBytes) / tileBytes / TileKernel.Rows * TileKernel.Rows;
        int least = T.Registers == 32 && pixels.Blocks > CachedBlocks ? 36 : WinogradTiling.LeastTiles<T>();
        return (int)Math.Clamp(fit, least, StreamedTiles);
    }
}

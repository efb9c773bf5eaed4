namespace CudaNet.Kernels.Cpu;

/// <summary>
/// How a direct convolution's work is cut into items. It depends on batch and threads, and changes no bit of the result: an element's sum runs in
/// the same order in whatever item and tile it falls.
/// </summary>
internal sealed class DirectTiling
{
    /// <summary>Panels whose partial sums an item keeps.</summary>
    private const int MaxPanels = 16;

    /// <summary>Tiles of pixels that share a panel while it is in the first-level cache: at least so many, at most so many; between them, as few as give every thread four items.</summary>
    private const int LeastTiles = 8, MostTiles = 32;

    /// <summary>What an item's packed pixels and partial sums may take of the second-level cache. The more pixels share the weights, the less often those come from further away.</summary>
    private static readonly long ItemBytes = Math.Min(SecondLevelCache.Bytes / 2, 256 << 10);

    public DirectTiling(DirectConvolution layer, in BlockedImage to, int tileRows, int lanes, int threads)
    {
        TileRows = tileRows;
        Pixels = checked(to.Batch * to.Height * to.Width);
        int tiles = (Pixels + tileRows - 1) / tileRows;
        int wanted = threads == 1 ? 1 : threads * 4;
        PixelBlocks = Math.Max(1, Divide(tiles, Math.Clamp(tiles / wanted, LeastTiles, TilesOfAnItem(layer, tileRows, lanes))));
        Tiles = Divide(tiles, PixelBlocks);
        PixelBlocks = Divide(tiles, Math.Max(1, Tiles));
        int splits = Math.Max(Divide(layer.Panels, MaxPanels), Divide(wanted, Math.Max(1, PixelBlocks * layer.Op.Groups)));
        Panels = Divide(layer.Panels, Math.Min(splits, layer.Panels));
        PanelSplits = Divide(layer.Panels, Panels);
        Items = checked(PixelBlocks * PanelSplits * layer.Op.Groups);

        int panelElements = tileRows * 2 * lanes;
        RowElements = (nint)Tiles * tileRows;
        PackedElements = RowElements * BlockedImage.BlockChannels * layer.Reduction.MaxGroups;
        SumElements = layer.Reduction.Chunks.Count == 1 ? panelElements : (nint)Tiles * Panels * panelElements;
    }

    public int TileRows { get; }

    /// <summary>Output pixels of the whole batch.</summary>
    public int Pixels { get; }

    public int PixelBlocks { get; }

    /// <summary>Tiles of an item.</summary>
    public int Tiles { get; }

    /// <summary>Panels of an item.</summary>
    public int Panels { get; }

    public int PanelSplits { get; }

    public int Items { get; }

    /// <summary>Pixels of an item.</summary>
    public nint RowElements { get; }

    /// <summary>Values of an item's packed pixels, in the largest chunk.</summary>
    public nint PackedElements { get; }

    /// <summary>Values of an item's partial sums.</summary>
    public nint SumElements { get; }

    /// <summary>fp32 elements of one thread's scratch memory: source and destination offsets, packed pixels, partial sums.</summary>
    public long ScratchElements => (4 * RowElements) + PackedElements + SumElements + (2 * BlockedImage.BlockChannels);

    private static int TilesOfAnItem(DirectConvolution layer, int tileRows, int lanes)
    {
        int sums = layer.Reduction.Chunks.Count == 1 ? 0 : Math.Min(layer.Panels, MaxPanels) * 2 * lanes;
        long tileBytes = (long)tileRows * sizeof(float) * (sums + (layer.Reduction.MaxGroups * BlockedImage.BlockChannels));
        return (int)Math.Clamp(ItemBytes / tileBytes, LeastTiles, MostTiles);
    }

    private static int Divide(int total, int share) => (total + share - 1) / share;
}

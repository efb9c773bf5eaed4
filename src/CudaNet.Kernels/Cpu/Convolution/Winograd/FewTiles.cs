namespace CudaNet.Kernels.Cpu;

/// <summary>Four tiles, or one, that <see cref="FewTilesKernel{TVariant}"/> multiplies at a time: which of them need a point.</summary>
internal sealed class FewTiles
{
    private readonly Range[] _needing;

    public FewTiles(TileBlock block, in TileRows rows)
    {
        Height = rows.Height;
        Tile[] tiles = block.Tiles(rows).ToArray();
        _needing = [.. Enumerable.Range(0, 4).Select(points => Of(tiles, (SparedPoints)points))];
    }

    /// <summary>Rows of the kernel: four or one.</summary>
    public int Height { get; }

    /// <summary>The tiles that need a point: two neighbours or four.</summary>
    public Range Needing(SparedPoints place) => _needing[(int)place];

    private static Range Of(Tile[] tiles, SparedPoints place)
    {
        int first = Array.FindIndex(tiles, t => (t.Spared & place) == 0);
        int last = Array.FindLastIndex(tiles, t => (t.Spared & place) == 0);
        return last - first < 2 ? new Range(Math.Clamp(first, 0, 2), 2) : new Range(0, 4);
    }

    /// <summary>Neighbouring tiles.</summary>
    /// <param name="First">The first.</param>
    /// <param name="Count">How many.</param>
    internal readonly record struct Range(int First, int Count);
}

namespace CudaNet.Kernels.Cpu;

/// <summary>Four tiles, or one, that <see cref="FewTilesKernel{TVariant}"/> multiplies at a time: which of them need a point.</summary>
internal sealed class FewTiles
{
    private readonly Range[] _needing;

    public FewTiles(TileBlock block, in TileRows rows)
    {
        Height = rows.Height;
        SparedPoints[] spared = [.. Enumerable.Range(rows.FirstRow, rows.Filled).Select(row => block.Tile(row).Spared)];
        _needing = [.. Enumerable.Range(0, 4).Select(points => Of(spared, (SparedPoints)points))];
    }

    /// <summary>Rows of the kernel: four or one.</summary>
    public int Height { get; }

    /// <summary>Of four tiles those that need a point, two neighbours or all.</summary>
    public Range Needing(SparedPoints place) => _needing[(int)place];

    private static Range Of(SparedPoints[] spared, SparedPoints place)
    {
        int first = Array.FindIndex(spared, s => (s & place) == 0);
        int last = Array.FindLastIndex(spared, s => (s & place) == 0);
        return last - first < 2 ? new Range(Math.Clamp(first, 0, 2), 2) : new Range(0, 4);
    }

    /// <summary>Neighbouring tiles.</summary>
    /// <param name="First">The first.</param>
    /// <param name="Count">How many.</param>
    internal readonly record struct Range(int First, int Count);
}

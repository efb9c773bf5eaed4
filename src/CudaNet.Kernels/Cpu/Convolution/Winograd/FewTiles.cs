namespace CudaNet.Kernels.Cpu;

/// <summary>Five tiles or four that <see cref="FewTilesKernel{TVariant}"/> multiplies at a time: which of them need a point.</summary>
internal sealed class FewTiles
{
    private readonly Range[] _needing;

    public FewTiles(TileBlock block, in TileRows rows)
    {
        Height = rows.Height;
        SparedPoints[] spared = [.. Enumerable.Range(rows.FirstRow, rows.Filled).Select(row => block.Tile(row).Spared)];
        _needing = [.. Enumerable.Range(0, 4).Select(points => Of(spared, (SparedPoints)points, Height))];
    }

    /// <summary>Rows of the kernel: five or four.</summary>
    public int Height { get; }

    /// <summary>The tiles that are multiplied for a point: all, two neighbours of four, or none where none needs it.</summary>
    public Range Needing(SparedPoints place) => _needing[(int)place];

    /// <summary>Pairs of points that some of them need: those of a row that the kernel multiplies.</summary>
    public int Pairs<TVariant>()
        where TVariant : struct, IWinograd =>
        Enumerable.Range(0, TVariant.Inputs).Sum(row => Enumerable.Range(0, TVariant.Inputs / 2).Count(pair =>
            Needing(WinogradFilter<TVariant>.Place((row * TVariant.Inputs) + WinogradFilter<TVariant>.Pair(pair).First)).Count > 0));

    private static Range Of(SparedPoints[] spared, SparedPoints place, int height)
    {
        int first = Array.FindIndex(spared, s => (s & place) == 0);
        int last = Array.FindLastIndex(spared, s => (s & place) == 0);
        return first < 0 ? default : height == 4 && last - first < 2 ? new Range(Math.Min(first, 2), 2) : new Range(0, height);
    }

    /// <summary>Neighbouring tiles.</summary>
    /// <param name="First">The first.</param>
    /// <param name="Count">How many.</param>
    internal readonly record struct Range(int First, int Count);
}

using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// How a convolution by rows of tiles and the pooling of its output share their work: an item is some rows of the pooled image, for which it computes the rows that their windows
/// see, a few rows of tiles at a time. Changes no bit.
/// </summary>
/// <param name="Items">Into how many an image is cut.</param>
/// <param name="TileRows">Rows of tiles at a time.</param>
/// <param name="TileHeight">Rows of a tile.</param>
/// <param name="CarriedRows">Rows that are kept from one time to the next, because windows reach back to them.</param>
/// <param name="MostTiles">Tiles of a block.</param>
internal sealed record PooledRows(int Items, int TileRows, int TileHeight, int CarriedRows, int MostTiles)
{
    /// <summary>What the two may take longer because items compute rows of tiles that their neighbours compute, too, and because threads do not all get as much: one image of 128² on two threads, 1.125, gained 0.02 of the two (docs/cpu-performance.md).</summary>
    private const double MostCost = 1.15;

    /// <summary>The most that the rows may take: they are in the second-level cache with the convolution's tiles and weights.</summary>
    private static readonly long StripBytes = SecondLevelCache.Bytes / 3;

    /// <summary>Rows of a strip.</summary>
    public int StripRows => CarriedRows + (TileRows * TileHeight);

    /// <summary>Null where it takes longer than one after the other.</summary>
    /// <param name="image">The convolution's output.</param>
    /// <param name="tilesX">Tiles of a row of tiles.</param>
    /// <param name="tileHeight">Rows of a tile.</param>
    /// <param name="mostTiles">Tiles of a block.</param>
    /// <param name="panels">Whole ones of the convolution.</param>
    /// <param name="op">The pooling.</param>
    /// <param name="pooledHeight">Rows of its output.</param>
    /// <param name="threads">That share the work.</param>
    public static PooledRows? Of<T>(in BlockedImage image, int tilesX, int tileHeight, int mostTiles, int panels, WindowPool op, int pooledHeight, int threads)
        where T : unmanaged, ISimd<T>
    {
        int tilesY = (image.Height + tileHeight - 1) / tileHeight;
        int atOnce = Enumerable.Range(1, Math.Clamp(mostTiles / tilesX, 1, tilesY)).MinBy(r => WinogradTiling.RowsCost<T>(r * tilesX, panels) / r);
        int images = image.Batch;
        int items = Enumerable.Range(1, Math.Min(threads, pooledHeight)).MinBy(i => Cost(i, images, tilesY, threads));
        PooledRows cut = new(items, atOnce, tileHeight, op.Kernel - 1, mostTiles);
        bool isWorthIt = cut.CarriedRows < tileHeight
            && Cost(items, images, tilesY, threads) <= MostCost * Math.Max(1, (double)images * tilesY / threads)
            && image.Rows(cut.StripRows).Elements * sizeof(float) <= StripBytes;
        return isWorthIt ? cut : null;
    }

    /// <summary>The rows of tiles that an item computes: from the first to the one after the last.</summary>
    /// <param name="item">Of an image.</param>
    /// <param name="image">The convolution's output.</param>
    /// <param name="op">The pooling.</param>
    /// <param name="pooledHeight">Rows of its output.</param>
    public (int First, int End) TileRowsOf(int item, in BlockedImage image, WindowPool op, int pooledHeight)
    {
        (int first, int end) = RowsOf(item, pooledHeight);
        return (PoolWindow.Rows(first, op, image).First / TileHeight, (PoolWindow.Rows(end - 1, op, image).End + TileHeight - 1) / TileHeight);
    }

    /// <summary>The rows that an item pools.</summary>
    public (int First, int End) RowsOf(int item, int pooledHeight) => ((int)((long)pooledHeight * item / Items), (int)((long)pooledHeight * (item + 1) / Items));

    /// <summary>Whether every row of the convolution's output is computed, though no window may see it.</summary>
    public bool ComputesAll(in BlockedImage image, WindowPool op, int pooledHeight)
    {
        int done = 0;
        for (int item = 0; item < Items; item++)
        {
            (int first, int end) = TileRowsOf(item, image, op, pooledHeight);
            done = first <= done ? Math.Max(done, end) : done;
        }

        return done * TileHeight >= image.Height;
    }

    /// <summary>Rows of tiles that the busiest thread computes.</summary>
    private static double Cost(int items, int images, int tilesY, int threads) =>
        (((images * (long)items) + threads - 1) / threads) * (((double)tilesY / items) + (items == 1 ? 0 : 1));
}

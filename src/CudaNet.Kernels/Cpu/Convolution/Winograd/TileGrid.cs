namespace CudaNet.Kernels.Cpu;

/// <summary>The tiles of a batch, counted row by row through its images.</summary>
/// <param name="Batch">How many images.</param>
/// <param name="Rows">An image's height.</param>
/// <param name="Columns">An image's width.</param>
internal readonly record struct TileGrid(int Batch, TileAxis Rows, TileAxis Columns)
{
    /// <summary>Of the whole batch.</summary>
    public int Tiles { get; } = checked(Batch * Rows.Tiles * Columns.Tiles);

    /// <summary>Of an image.</summary>
    public int ImageTiles => Rows.Tiles * Columns.Tiles;

    /// <summary>Whether some tiles do not need all points.</summary>
    public bool HasNarrow => Rows.Wide < Rows.Tiles || Columns.Wide < Columns.Tiles;

    public Tile this[int index]
    {
        get
        {
            (int line, int x) = Math.DivRem(index, Columns.Tiles);
            (int image, int y) = Math.DivRem(line, Rows.Tiles);
            SparedPoints spared = (Rows.IsNarrow(y) ? SparedPoints.LastRow : 0) | (Columns.IsNarrow(x) ? SparedPoints.LastColumn : 0);
            return new Tile(image, Rows.First(y), Columns.First(x), Rows.End(y) - Rows.First(y), Columns.End(x) - Columns.First(x), spared);
        }
    }

    /// <summary>The tiles of Winograd's algorithms.</summary>
    public static TileGrid Of<TVariant>(in BlockedImage image)
        where TVariant : struct, IWinograd => Of(image, TVariant.Outputs, TVariant.HasNarrowTiles);

    /// <summary>Tiles of any size.</summary>
    /// <param name="image">What is cut.</param>
    /// <param name="size">Pixels along a side of a tile.</param>
    /// <param name="hasNarrowTiles">Whether some may have a pixel less.</param>
    public static TileGrid Of(in BlockedImage image, int size, bool hasNarrowTiles) =>
        new(image.Batch, TileAxis.Of(image.Height, size, hasNarrowTiles), TileAxis.Of(image.Width, size, hasNarrowTiles));

    /// <summary>Points along a side of so many pixels.</summary>
    public static int Points<TVariant>(int pixels)
        where TVariant : struct, IWinograd => TileAxis.Of(pixels, TVariant.Outputs, TVariant.HasNarrowTiles).Points(TVariant.Inputs);
}

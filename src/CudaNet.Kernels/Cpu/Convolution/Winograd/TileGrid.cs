using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>The tiles of a batch, counted row by row through its images.</summary>
/// <param name="Batch">How many images.</param>
/// <param name="Rows">An image's height.</param>
/// <param name="Columns">An image's width.</param>
internal readonly record struct TileGrid(int Batch, TileAxis Rows, TileAxis Columns)
{
    /// <summary>Of the whole batch.</summary>
    public int Tiles => checked(Batch * ImageTiles);

    /// <summary>Of an image.</summary>
    public int ImageTiles => checked(Rows.Tiles * Columns.Tiles);

    /// <summary>Whether some tiles need points that others do not.</summary>
    public bool IsMixed => Rows.IsMixed || Columns.IsMixed;

    /// <summary>The tiles of one of Winograd's algorithms.</summary>
    public static TileGrid Of<TVariant>(in BlockedImage image)
        where TVariant : struct, IWinograd => new(image.Batch, TileAxis.Of<TVariant>(image.Height), TileAxis.Of<TVariant>(image.Width));

    /// <summary>Each pixel alone.</summary>
    public static TileGrid OfPixels(in BlockedImage image) =>
        new(image.Batch, TileAxis.Of(image.Height, size: 1, canBeNarrow: false), TileAxis.Of(image.Width, size: 1, canBeNarrow: false));

    /// <summary>A tile, counted through the batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Tile Tile(int index)
    {
        (int line, int x) = Math.DivRem(index, Columns.Tiles);
        (int image, int y) = Math.DivRem(line, Rows.Tiles);
        SparedPoints spared = (Rows.IsNarrow(y) ? SparedPoints.LastRow : 0) | (Columns.IsNarrow(x) ? SparedPoints.LastColumn : 0);
        return new Tile(image, Rows.First(y), Columns.First(x), Rows.End(y) - Rows.First(y), Columns.End(x) - Columns.First(x), spared);
    }
}

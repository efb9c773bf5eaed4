using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// A side of an image cut into tiles. Narrow tiles have a pixel less, and need no products of the point at infinity: that point counts for a tile's last pixel alone. So a side
/// that is no multiple of a tile ends with narrow ones (14 pixels are 4, 4, 3, 3), in place of one that reaches beyond the image. A function of the layer and its image alone, because bits follow from it.
/// </summary>
/// <param name="Pixels">Along the side.</param>
/// <param name="Size">Of a tile that is not narrow.</param>
/// <param name="Tiles">How many.</param>
/// <param name="Wide">How many are not narrow; the first ones.</param>
internal readonly record struct TileAxis(int Pixels, int Size, int Tiles, int Wide)
{
    /// <summary>Whether some tiles are narrow and some are not.</summary>
    public bool IsMixed => Wide > 0 && Wide < Tiles;

    /// <summary>As few tiles as can be.</summary>
    /// <param name="pixels">Along the side.</param>
    /// <param name="size">Of a tile.</param>
    /// <param name="canBeNarrow">Whether there may be narrow ones.</param>
    public static TileAxis Of(int pixels, int size, bool canBeNarrow)
    {
        int tiles = (pixels + size - 1) / size;
        return new TileAxis(pixels, size, tiles, canBeNarrow ? Math.Max(0, pixels - (tiles * (size - 1))) : tiles);
    }

    /// <summary>The tiles of one of Winograd's algorithms.</summary>
    public static TileAxis Of<TVariant>(int pixels)
        where TVariant : struct, IWinograd => Of(pixels, TVariant.Outputs, TVariant.HasNarrowTiles);

    /// <summary>The first pixel of a tile; of the one after the last, where that would begin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int First(int tile) => (tile * Size) - Math.Max(0, tile - Wide);

    /// <summary>The pixel after a tile's last in the image.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int End(int tile) => Math.Min(Pixels, First(tile + 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsNarrow(int tile) => tile >= Wide;

    /// <summary>Points of all tiles, which are also the pixels that they read, each for itself.</summary>
    /// <param name="inputs">Pixels that a tile which is not narrow reads.</param>
    public int Points(int inputs) => (Tiles * inputs) - (Tiles - Wide);

    /// <summary>Pixels that all tiles read together.</summary>
    /// <param name="inputs">Pixels that a tile which is not narrow reads.</param>
    public int Covered(int inputs) => checked(First(Tiles) + inputs - Size);
}

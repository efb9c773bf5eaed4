using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The tiles of a convolution's input: transforms them to [rows][point][block of channels][row][16], the order in which <see cref="TileKernel"/> reads them.
/// What lies outside the image is zero.
/// </summary>
internal sealed unsafe class WinogradPixels<T, TVariant>
    where T : unmanaged, ISimd<T>
    where TVariant : struct, IWinograd
{
    private readonly WinogradSource _source;
    private readonly BlockedImage _from;

    public WinogradPixels(WinogradSource source, BlockedImage to)
    {
        _source = source;
        _from = source.Image;
        TilesX = (to.Width + TVariant.Outputs - 1) / TVariant.Outputs;
        TilesY = (to.Height + TVariant.Outputs - 1) / TVariant.Outputs;
        Tiles = checked(to.Batch * TilesX * TilesY);
    }

    /// <summary>Of the whole batch.</summary>
    public int Tiles { get; }

    /// <summary>Of a row of tiles.</summary>
    public int TilesX { get; }

    /// <summary>Rows of tiles of an image.</summary>
    public int TilesY { get; }

    /// <summary>Blocks of 16 channels of the input.</summary>
    public int Blocks => _from.Blocks;

    /// <summary>fp32 elements of the memory that a transform works in.</summary>
    public static int BufferElements => (TVariant.Points * T.Count) + (TVariant.Points * BlockedImage.BlockChannels);

    /// <summary>Pixels along a side of what all tiles read together, for so many outputs.</summary>
    public static int Covered(int outputs) => checked((((outputs + TVariant.Outputs - 1) / TVariant.Outputs) * TVariant.Outputs) + TVariant.Inputs - TVariant.Outputs);

    /// <summary>Elements from point to point of a row of tiles; a cache line more than the values, so that points are no power of two apart.</summary>
    public nint PointStride(int height) => ((nint)_from.Blocks * height * BlockedImage.BlockChannels) + BlockedImage.BlockChannels;

    /// <summary>Elements of that many rows of tiles in so many kernels' heights.</summary>
    public long Elements(TileRows[] rows) =>
        TVariant.Points * (((long)WinogradTiling.Height(rows) * _from.Blocks * BlockedImage.BlockChannels) + (rows.Length * (long)BlockedImage.BlockChannels));

    /// <summary>Where a block's rows begin, in elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Offset(TileRows[] rows, int index) =>
        TVariant.Points * ((rows[index].FirstRow * (nint)_from.Blocks * BlockedImage.BlockChannels) + (index * (nint)BlockedImage.BlockChannels));

    /// <summary>Which image a tile is of, and its first output pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Image, int Y, int X) Locate(int tile)
    {
        (int line, int x) = Math.DivRem(tile, TilesX);
        (int image, int y) = Math.DivRem(line, TilesY);
        return (image, y * TVariant.Outputs, x * TVariant.Outputs);
    }

    /// <summary>Transforms some blocks of channels of the tiles of a row.</summary>
    /// <param name="rows">Which tiles.</param>
    /// <param name="firstBlock">The first block of channels.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="buffer"><see cref="BufferElements"/>.</param>
    /// <param name="transformed">Where the first point of these rows goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Transform(in TileRows rows, int firstBlock, int blocks, float* buffer, float* transformed)
    {
        nint point = PointStride(rows.Height);
        float* edge = buffer + (TVariant.Points * T.Count);
        for (int row = 0; row < rows.Filled; row++)
        {
            (int image, int y, int x) = Locate(rows.First + row);
            (y, x) = (y - _source.Top, x - _source.Left);
            int halo = _from.Halo;
            bool isInside = y >= -halo && x >= -halo && y + TVariant.Inputs <= _from.Height + halo && x + TVariant.Inputs <= _from.Width + halo;
            float* plane = _source.Values + (image * _from.ImageStride) + (firstBlock * _from.PlaneStride) + _from.Interior;
            float* target = transformed + (((firstBlock * (nint)rows.Height) + row) * BlockedImage.BlockChannels);
            if (!isInside)
            {
                TransformEdge(plane, y, x, blocks, buffer, edge, target, rows.Height * (nint)BlockedImage.BlockChannels, point);
                continue;
            }

            float* pixels = plane + (y * _from.RowStride) + (x * (nint)BlockedImage.BlockChannels);
            for (int block = 0; block < blocks; block++, pixels += _from.PlaneStride, target += rows.Height * BlockedImage.BlockChannels)
            {
                for (int lane = 0; lane < BlockedImage.BlockChannels; lane += T.Count)
                {
                    TVariant.TransformPixels<T>(pixels + lane, _from.RowStride, buffer, target + lane, point);
                }
            }
        }
    }

    /// <summary>A tile that reaches beyond the stored halo. Zeros are there once for all blocks of channels; what is in the image is copied vector by vector, because vectors are what the transform loads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformEdge(float* plane, int y, int x, int blocks, float* buffer, float* edge, float* target, nint nextTarget, nint point)
    {
        const int Line = BlockedImage.BlockChannels;
        NativeMemory.Clear(edge, (nuint)(TVariant.Points * Line) * sizeof(float));
        int firstY = Math.Max(0, y), firstX = Math.Max(0, x);
        int lines = Math.Min(_from.Height, y + TVariant.Inputs) - firstY;
        int values = (Math.Min(_from.Width, x + TVariant.Inputs) - firstX) * Line;
        float* inside = edge + ((((firstY - y) * TVariant.Inputs) + firstX - x) * Line);
        plane += (firstY * _from.RowStride) + (firstX * (nint)Line);
        for (int block = 0; block < blocks; block++, plane += _from.PlaneStride, target += nextTarget)
        {
            float* source = plane;
            float* copy = inside;
            for (int line = 0; line < lines; line++, source += _from.RowStride, copy += TVariant.Inputs * Line)
            {
                for (int value = 0; value < values; value += T.Count)
                {
                    T.Store(T.Load(source + value), copy + value);
                }
            }

            for (int lane = 0; lane < Line; lane += T.Count)
            {
                TVariant.TransformPixels<T>(edge + lane, TVariant.Inputs * Line, buffer, target + lane, point);
            }
        }
    }
}

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

    public WinogradPixels(WinogradSource source)
    {
        _source = source;
        _from = source.Image;
    }

    /// <summary>Blocks of 16 channels of the input.</summary>
    public int Blocks => _from.Blocks;

    /// <summary>fp32 elements of the memory that a transform works in.</summary>
    public static int BufferElements => (TVariant.Points * T.Count) + (TVariant.Points * BlockedImage.BlockChannels);

    /// <summary>Elements from point to point of a row of tiles; a cache line more than the values, so that points are no power of two apart.</summary>
    public nint PointStride(int height) => ((nint)_from.Blocks * height * BlockedImage.BlockChannels) + BlockedImage.BlockChannels;

    /// <summary>Elements of a block's transformed pixels.</summary>
    public long Elements(TileBlock block) =>
        TVariant.Points * (((long)block.Height * _from.Blocks * BlockedImage.BlockChannels) + (block.Rows.Length * (long)BlockedImage.BlockChannels));

    /// <summary>Where some rows of a block begin, in elements.</summary>
    /// <param name="rows">They.</param>
    /// <param name="index">Which of the block's.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Offset(in TileRows rows, int index) => TVariant.Points * ((rows.FirstRow * (nint)_from.Blocks * BlockedImage.BlockChannels) + (index * (nint)BlockedImage.BlockChannels));

    /// <summary>Transforms some blocks of channels of a block of tiles.</summary>
    /// <param name="block">It.</param>
    /// <param name="firstBlock">The first block of channels.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="buffer"><see cref="BufferElements"/>.</param>
    /// <param name="transformed">Where the first of its rows begins.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void TransformAll(TileBlock block, int firstBlock, int blocks, float* buffer, float* transformed)
    {
        for (int index = 0; index < block.Rows.Length; index++)
        {
            Transform(block, index, firstBlock, blocks, buffer, transformed + Offset(block.Rows[index], index));
        }
    }

    /// <summary>Transforms some blocks of channels of some rows of tiles.</summary>
    /// <param name="block">Their block.</param>
    /// <param name="index">Which of its <see cref="TileBlock.Rows"/>.</param>
    /// <param name="firstBlock">The first block of channels.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="buffer"><see cref="BufferElements"/>.</param>
    /// <param name="transformed">Where the first point of these rows goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Transform(TileBlock block, int index, int firstBlock, int blocks, float* buffer, float* transformed)
    {
        ref readonly TileRows rows = ref block.Rows[index];
        nint point = PointStride(rows.Height);
        nint nextTarget = rows.Height * (nint)BlockedImage.BlockChannels;
        float* edge = buffer + (TVariant.Points * T.Count);
        float* first = transformed + (firstBlock * nextTarget);
        for (int row = rows.FirstRow; row < rows.FirstRow + rows.Filled; row++)
        {
            Tile tile = block.Tile(row);
            (int y, int x) = (tile.Y - _source.Top, tile.X - _source.Left);
            int halo = _from.Halo;
            bool isInside = y >= -halo && x >= -halo && y + Read(tile, SparedPoints.LastRow) <= _from.Height + halo && x + Read(tile, SparedPoints.LastColumn) <= _from.Width + halo;
            float* plane = _source.Values + (tile.Image * _from.ImageStride) + (firstBlock * _from.PlaneStride) + _from.Interior;
            float* target = first;
            first += BlockedImage.BlockChannels;
            if (!isInside)
            {
                TransformEdge(plane, y, x, tile.Spared, blocks, buffer, edge, target, nextTarget, point);
                continue;
            }

            float* pixels = plane + (y * _from.RowStride) + (x * (nint)BlockedImage.BlockChannels);
            for (int channels = 0; channels < blocks; channels++, pixels += _from.PlaneStride, target += nextTarget)
            {
                for (int lane = 0; lane < BlockedImage.BlockChannels; lane += T.Count)
                {
                    TVariant.TransformPixels<T>(pixels + lane, _from.RowStride, tile.Spared, buffer, target + lane, point);
                }
            }
        }
    }

    /// <summary>Pixels that a tile reads along a side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Read(in Tile tile, SparedPoints last) => TVariant.Inputs - ((tile.Spared & last) == 0 ? 0 : 1);

    /// <summary>A tile that reaches beyond the stored halo. Zeros are there once for all blocks of channels; what is in the image is copied vector by vector, because vectors are what the transform loads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformEdge(float* plane, int y, int x, SparedPoints spared, int blocks, float* buffer, float* edge, float* target, nint nextTarget, nint point)
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
                TVariant.TransformPixels<T>(edge + lane, TVariant.Inputs * Line, spared, buffer, target + lane, point);
            }
        }
    }
}

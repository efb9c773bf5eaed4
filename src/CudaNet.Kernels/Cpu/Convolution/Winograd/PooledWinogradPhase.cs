using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// A convolution by Winograd's algorithm and the pooling of its output: its rows go to a strip in the second-level cache, are pooled from there, and are never stored as a whole.
/// An item is one of <see cref="PooledRows.Items"/> of an image.
/// </summary>
internal sealed unsafe class PooledWinogradPhase<T, TVariant, TPooling> : StoringPhase
    where T : unmanaged, ISimd<T>
    where TVariant : struct, IWinograd
    where TPooling : struct, IPooling
{
    private readonly DirectConvolution _layer;
    private readonly WinogradBlock<T, TVariant> _block;
    private readonly Part[] _parts;
    private readonly PooledRows _cut;
    private readonly BlockedImage _image;
    private readonly BlockedImage _strip;
    private readonly Epilogue _epilogue;
    private readonly RowPooling<TPooling> _pool;
    private readonly StagePublisher<T>? _publisher;
    private readonly Scratch _scratch;

    /// <param name="layer">The convolution.</param>
    /// <param name="weights">Its transformed weights.</param>
    /// <param name="pixels">Its input.</param>
    /// <param name="output">What follows its products.</param>
    /// <param name="grid">Its tiles.</param>
    /// <param name="cut">How the work is shared.</param>
    /// <param name="image">Its output, of which a strip at a time is stored.</param>
    /// <param name="epilogue">What happens to its output.</param>
    /// <param name="pool">The pooling.</param>
    /// <param name="publisher">What brings observed stages of the convolution's step to the host.</param>
    /// <param name="scratch">Working memory.</param>
    public PooledWinogradPhase(
        DirectConvolution layer,
        WinogradWeights<TVariant> weights,
        WinogradPixels<T, TVariant> pixels,
        WinogradOutput<T, TVariant> output,
        in TileGrid grid,
        PooledRows cut,
        in BlockedImage image,
        in Epilogue epilogue,
        in RowPooling<TPooling> pool,
        StagePublisher<T>? publisher,
        Scratch scratch)
    {
        _layer = layer;
        _cut = cut;
        _image = image;
        _strip = image.Rows(cut.StripRows);
        _epilogue = epilogue;
        _pool = pool;
        _publisher = publisher;
        _scratch = scratch;
        TileGrid tiles = grid;
        _parts = [.. Enumerable.Range(0, image.Batch * cut.Items).Select(i => PartOf(i, tiles))];
        _block = new WinogradBlock<T, TVariant>(layer, weights, pixels, output, [.. _parts.SelectMany(p => p.Tiles).SelectMany(t => t)], sharesPixels: false, scratch);
        scratch.Require(_block.Elements + BlockedImage.BlockChannels + _strip.Elements);
    }

    public override int Items => _parts.Length;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        Part part = _parts[item];
        float* strip = (float*)Scratch.Align(_scratch.Of(worker) + _block.Elements);
        Epilogue epilogue = _epilogue.Storing(_epilogue.LastStage, strip);
        int firstPlane = part.Image * _image.Blocks;
        int y = part.First;
        for (int index = 0; index < part.Tiles.Length; index++)
        {
            // The strip's first row is that row of the image: those that are carried, then those of the tiles.
            int top = part.FirstRow + (index * _cut.TileRows * _cut.TileHeight) - _cut.CarriedRows;
            nint origin = -(part.Image * _strip.ImageStride) - (top * _strip.RowStride);
            TileDestination destination = new(epilogue, new StagePlace(strip, _strip, origin));
            foreach (TileBlock tiles in part.Tiles[index])
            {
                _block.Compute(tiles, group: 0, firstPanel: 0, _layer.Panels, worker, mustTransform: true, destination);
                _publisher?.Publish(tiles, _layer.Channels(0, 0, _layer.Panels), worker, destination.Place);
            }

            int first = y;
            while (y < part.End && PoolWindow.Rows(y, _pool.Op, _image).End <= top + _cut.StripRows)
            {
                y++;
            }

            float* plane = strip;
            for (int block = 0; block < _image.Blocks; block++, plane += _strip.PlaneStride)
            {
                for (int row = first; row < y; row++)
                {
                    _pool.Pool<T>(_image, plane - (top * _strip.RowStride), _strip.RowStride, firstPlane + block, row);
                }

                nint carried = _cut.CarriedRows * _strip.RowStride;
                Buffer.MemoryCopy(plane + _strip.PlaneStride - carried, plane, carried * sizeof(float), carried * sizeof(float));
            }
        }
    }

    private Part PartOf(int item, TileGrid grid)
    {
        (int image, int index) = Math.DivRem(item, _cut.Items);
        (int first, int end) = _cut.RowsOf(index, _pool.Image.Height);
        (int firstTiles, int endTiles) = _cut.TileRowsOf(index, _image, _pool.Op, _pool.Image.Height);
        List<TileBlock[]> tiles = [];
        for (int row = firstTiles; row < endTiles; row += _cut.TileRows)
        {
            int count = Math.Min(_cut.TileRows, endTiles - row) * grid.Columns.Tiles;
            tiles.Add(WinogradTiling.Cut<T>(grid, ((image * grid.Rows.Tiles) + row) * grid.Columns.Tiles, count, _cut.MostTiles, _layer.WholePanels, unit: 1));
        }

        return new Part(image, firstTiles * _cut.TileHeight, first, end, [.. tiles]);
    }

    /// <summary>An item.</summary>
    /// <param name="Image">Of the batch.</param>
    /// <param name="FirstRow">The first row that it computes.</param>
    /// <param name="First">The first row that it pools.</param>
    /// <param name="End">After the last.</param>
    /// <param name="Tiles">What it computes at a time, in blocks.</param>
    private sealed record Part(int Image, int FirstRow, int First, int End, TileBlock[][] Tiles);
}

using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// A convolution by Winograd's algorithm over so few tiles that reading nine weights and transforming them is quicker than reading all points of them. Items are some
/// panels each, and share the transformed pixels of a <see cref="WinogradInputPhase{T, TVariant}"/>, or each thread transforms them for its own.
/// </summary>
internal sealed unsafe class FewTilesPhase<T, TVariant> : StoringPhase
    where T : unmanaged, ISimd<T>
    where TVariant : struct, IWinograd
{
    /// <summary>Of two transformed rows of a panel's filters: they, the filters and the sums share the first two caches.</summary>
    private const int RowBytes = 50 << 10;

    /// <summary>Of a panel's filters for one tile, which are read once a row of points and stay in the first-level cache.</summary>
    private const int FilterBytes = 18 << 10;

    private readonly DirectConvolution _layer;
    private readonly WinogradChunk[] _chunks;
    private readonly WinogradPixels<T, TVariant> _pixels;
    private readonly WinogradOutput<T, TVariant> _output;
    private readonly TileDestination _destination;
    private readonly StagePublisher<T>? _publisher;
    private readonly TileBlock _tiles;
    private readonly FewTiles[] _few;
    private readonly nint _pairs;
    private readonly Scratch _scratch;
    private readonly bool _isOneTile;
    private readonly int _panelSplits;
    private readonly int _partBlocks;
    private readonly nint _rowElements;
    private readonly nint _productElements;
    private readonly nint _pixelElements;
    private readonly TransformedBlocks? _transformed;

    /// <param name="layer">The layer.</param>
    /// <param name="pixels">Its input.</param>
    /// <param name="output">What follows the products.</param>
    /// <param name="destination">Where the outputs go.</param>
    /// <param name="tiles">All, <see cref="WinogradTiling.RowsOfFew"/>.</param>
    /// <param name="sharesPixels">Whether another phase has transformed the pixels.</param>
    /// <param name="panelSplits">Into how many items the panels of a group are cut.</param>
    /// <param name="publisher">What brings observed stages to the host.</param>
    /// <param name="scratch">Working memory.</param>
    public FewTilesPhase(
        DirectConvolution layer,
        WinogradPixels<T, TVariant> pixels,
        WinogradOutput<T, TVariant> output,
        in TileDestination destination,
        TileBlock tiles,
        bool sharesPixels,
        int panelSplits,
        StagePublisher<T>? publisher,
        Scratch scratch)
    {
        _layer = layer;
        _chunks = [.. new WinogradReduction(layer).Chunks];
        _pixels = pixels;
        _output = output;
        _destination = destination;
        _publisher = publisher;
        _tiles = tiles;
        _isOneTile = tiles.Height == 1;
        _few = _isOneTile ? [] : [.. tiles.Rows.Select(rows => new FewTiles(tiles, rows))];
        _pairs = _few.Sum(f => f.Pairs<TVariant>());
        _panelSplits = panelSplits;
        _scratch = scratch;
        int columnElements = BlockedImage.BlockChannels * layer.PanelOutputs(0);
        int blockBytes = (_isOneTile ? 9 : 2 * 3) * columnElements * sizeof(float);
        _partBlocks = Math.Max(1, (_isOneTile ? FilterBytes : RowBytes) / blockBytes);
        _rowElements = _isOneTile ? 0 : (nint)Math.Min(_partBlocks, _chunks.Max(c => c.Blocks)) * 3 * columnElements;
        _productElements = (nint)WinogradOutput<T, TVariant>.ProductElements(tiles, layer.PanelOutputs(0));
        _pixelElements = sharesPixels ? 0 : (nint)pixels.Elements(tiles);
        _transformed = sharesPixels ? null : new TransformedBlocks(scratch.Threads);
        scratch.Require(WinogradOutput<T, TVariant>.BufferElements + _pixelElements + (2 * _rowElements) + (2 * _productElements));
    }

    public override int Items => _layer.Op.Groups * _panelSplits;

    public override void Share(int threads) => _transformed?.Clear();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int group, int split) = Math.DivRem(item, _panelSplits);
        float* buffer = _scratch.Of(worker);
        float* own = buffer + WinogradOutput<T, TVariant>.BufferElements;
        float* pixels = _transformed is null ? _scratch.Shared : own;
        if (_transformed is not null && _transformed.MustTransform(worker, group))
        {
            _pixels.TransformAll(_tiles, group * _layer.GroupBlocks, _layer.Op.Groups == 1 ? _pixels.Blocks : _layer.GroupBlocks, buffer, own);
        }

        float* rows = own + _pixelElements;
        float* products = rows + (2 * _rowElements);
        int firstPanel = (int)((long)_layer.Panels * split / _panelSplits);
        int endPanel = (int)((long)_layer.Panels * (split + 1) / _panelSplits);
        for (int panel = firstPanel; panel < endPanel; panel++)
        {
            foreach (ref readonly WinogradChunk chunk in _chunks.AsSpan())
            {
                for (int block = 0; block < chunk.Blocks; block += _partBlocks)
                {
                    Multiply(group, panel, chunk, block, Math.Min(_partBlocks, chunk.Blocks - block), pixels, rows, products, products + _productElements);
                }
            }

            _output.Finish(_tiles, products, group, panel, buffer, _destination);
        }

        _publisher?.Publish(_tiles, _layer.Channels(group, firstPanel, endPanel), worker, _destination.Place);
    }

    /// <summary>The products of some blocks of a chunk: their sums go on from those of the blocks before, in the same order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(int group, int panel, in WinogradChunk chunk, int firstBlock, int blocks, float* transformed, float* rows, float* products, float* running)
    {
        int outputs = _layer.PanelOutputs(panel);
        int terms = chunk.TermsPerBlock;
        float* taps = WinogradWeights<TVariant>.Taps(_layer, group, panel, chunk.FirstBlock + firstBlock, out nint tap);
        bool isFirst = firstBlock == 0;
        bool isLast = firstBlock + blocks == chunk.Blocks;
        bool isAdded = isLast && chunk.Index > 0;
        float* sums = isLast ? products : running;
        byte* next = (byte*)(taps + (blocks * 9 * tap));
        nint block = ((nint)group * _layer.GroupBlocks) + chunk.FirstBlock + firstBlock;
        if (_isOneTile)
        {
            float* tile = transformed + _pixels.Offset(_tiles.Rows[0], 0) + (block * BlockedImage.BlockChannels);
            OneTileKernel<TVariant>.Run<T>(taps, tap, blocks, terms, tile, _pixels.PointStride(1), isFirst ? null : running, sums, outputs, isAdded, next);
            return;
        }

        nint step = 9 * tap * sizeof(float) / (terms * _pairs * FewTilesKernel<TVariant>.Passes<T>(outputs));
        for (int pair = 0; pair < TVariant.Inputs / 2; pair++)
        {
            FilterRow one, two;
            if (pair == 0)
            {
                one = FilterRow.OfWeights(taps, tap, blocks, terms, outputs);
                two = FilterRow.OfWeights(taps + (6 * tap), tap, blocks, terms, outputs);
            }
            else
            {
                WinogradFilter<TVariant>.TransformColumns<T>(pair, taps, tap, blocks, terms, outputs, rows, _rowElements);
                one = FilterRow.Stored(rows, blocks, terms, outputs);
                two = FilterRow.Stored(rows + _rowElements, blocks, terms, outputs);
            }

            (int first, int second) = WinogradFilter<TVariant>.Pair(pair);
            for (int index = 0; index < _tiles.Rows.Length; index++)
            {
                int height = _tiles.Rows[index].Height;
                nint point = _pixels.PointStride(height);
                nint offset = WinogradOutput<T, TVariant>.Offset(_tiles.Rows[index], 0, outputs);
                float* pixels = transformed + _pixels.Offset(_tiles.Rows[index], index) + (block * height * BlockedImage.BlockChannels);
                float* start = isFirst ? null : running + offset;
                next = FewTilesKernel<TVariant>.Run<T>(first, one, pixels, point, _few[index], start, sums + offset, isAdded, next, step);
                next = FewTilesKernel<TVariant>.Run<T>(second, two, pixels, point, _few[index], start, sums + offset, isAdded, next, step);
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// A convolution as a blocked matrix product: pixels, packed tile by tile from wherever the window finds them or read where they lie, by panels of weights that stay in
/// the first-level cache for all tiles of an item. Loops, outermost first: chunk of terms, panel, tile. The blocking follows Goto and van de Geijn,
/// "Anatomy of High-Performance Matrix Multiplication" (2008), with the packing of convolution windows in place of a matrix.
/// </summary>
internal sealed unsafe class DirectPhase<T> : StoringPhase
    where T : unmanaged, ISimd<T>
{
    private readonly DirectConvolution _layer;
    private readonly DirectTiling _alone;
    private readonly DirectTiling _shared;
    private readonly TermChunk[] _chunks;
    private readonly nint[] _groupOffsets;
    private readonly float* _source;
    private readonly SourceGeometry _from;
    private readonly BlockedImage _to;
    private readonly Epilogue _epilogue;
    private readonly StagePublisher<T>? _publisher;
    private readonly bool _readsInPlace;
    private readonly Scratch _scratch;
    private DirectTiling _tiling;

    public DirectPhase(DirectConvolution layer, float* source, SourceGeometry from, BlockedImage to, Epilogue epilogue, StagePublisher<T>? publisher, Scratch scratch)
    {
        _layer = layer;
        _source = source + from.Origin;
        _from = from;
        _to = to;
        _epilogue = epilogue;
        _publisher = publisher;

        // The pixels of a tile are neighbours in a row of the source, and every group of terms is as far from the next: what packing would make of them.
        _readsInPlace = T.TileRows == TileKernel14.Rows && layer.Op is { KernelHeight: 1, KernelWidth: 1, Stride: 1 } && to.Width % TileKernel14.Rows == 0;
        _scratch = scratch;
        _alone = new DirectTiling(layer, to, T.TileRows, T.Count, threads: 1);
        _shared = scratch.Threads == 1 ? _alone : new DirectTiling(layer, to, T.TileRows, T.Count, scratch.Threads);
        _tiling = _alone;
        _chunks = [.. layer.Reduction.Chunks];
        _groupOffsets = GroupOffsets(layer, from);
        scratch.Require(Math.Max(_alone.ScratchElements, _shared.ScratchElements));
    }

    public override int Items => _tiling.Items;

    public override int MaxThreads => _shared.Items;

    public override void Share(int threads) => _tiling = threads == 1 ? _alone : _shared;

    /// <summary>Where each group of terms lies, relative to a window's first value.</summary>
    public static nint[] GroupOffsets(DirectConvolution layer, SourceGeometry from)
    {
        int dilation = layer.Op.Dilation;
        return [.. layer.Reduction.Groups.Select(g => (g.Block * from.Block) + ((nint)g.Row * dilation * from.Row) + ((nint)g.Column * dilation * from.Pixel))];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int rest, int split) = Math.DivRem(item, _tiling.PanelSplits);
        (int pixelBlock, int group) = Math.DivRem(rest, _layer.Op.Groups);
        int firstPixel = pixelBlock * _tiling.Tiles * _tiling.TileRows;
        int pixels = Math.Min(_tiling.Tiles * _tiling.TileRows, _tiling.Pixels - firstPixel);
        int tiles = (pixels + _tiling.TileRows - 1) / _tiling.TileRows;
        int firstPanel = split * _tiling.Panels;
        int endPanel = Math.Min(firstPanel + _tiling.Panels, _layer.Panels);

        nint* sources = (nint*)_scratch.Of(worker);
        nint* destinations = sources + _tiling.RowElements;
        float* packed = (float*)Scratch.Align(destinations + _tiling.RowElements);
        float* sums = packed + _tiling.PackedElements;
        PixelOffsets.Locate(_layer.Op.Stride, _from, _to, firstPixel, pixels, tiles * _tiling.TileRows, sources, destinations);
        float* source = _source + (group * (nint)_layer.GroupBlocks * _from.Block);

        for (int index = 0; index < _chunks.Length; index++)
        {
            ref readonly TermChunk chunk = ref _chunks[index];
            if (!_readsInPlace)
            {
                WindowPacker.Pack<T>(source, sources, tiles, _groupOffsets.AsSpan(chunk.FirstGroup, chunk.Groups), packed);
            }

            float* inPlace = _readsInPlace ? source + _groupOffsets[chunk.FirstGroup] : null;
            for (int panel = firstPanel; panel < endPanel; panel++)
            {
                float* panelSums = sums + (_chunks.Length == 1 ? 0 : (nint)(panel - firstPanel) * tiles * _tiling.TileRows * 2 * T.Count);
                float* next = panel + 1 < endPanel ? _layer.Panel(group, chunk, panel + 1) : _layer.Panel(group, _chunks[Math.Min(index + 1, _chunks.Length - 1)], firstPanel);
                RunPanel(chunk, group, panel, index, tiles, pixels, inPlace, sources, packed, panelSums, next, destinations);
            }
        }

        _publisher?.Publish(firstPixel, firstPixel + pixels, _layer.Channels(group, firstPanel, endPanel), worker);
    }

    /// <summary>Multiplies all tiles by one panel; after the last chunk the sums go through the epilogue while they are in the first-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunPanel(
        in TermChunk chunk, int group, int panel, int chunkIndex, int tiles, int pixels, float* inPlace, nint* sources, float* packed, float* sums, float* next, nint* destinations)
    {
        int outputs = _layer.PanelOutputs(panel);
        float* weights = _layer.Panel(group, chunk, panel);
        nint step = ((outputs * sizeof(float)) + tiles - 1) / tiles;
        byte* prefetch = (byte*)next;
        bool isLast = chunkIndex == _chunks.Length - 1;
        nint rowGroup = inPlace == null ? (nint)_tiling.TileRows * BlockedImage.BlockChannels : _from.Block;
        for (int tile = 0; tile < tiles; tile++)
        {
            int firstRow = tile * _tiling.TileRows;
            float* rows = inPlace == null ? packed + ((nint)firstRow * BlockedImage.BlockChannels * chunk.Groups) : inPlace + sources[firstRow];
            float* tileSums = sums + (_chunks.Length == 1 ? 0 : (nint)firstRow * outputs);
            int filled = Math.Min(_tiling.TileRows, pixels - firstRow);
            TileKernel.Run<T>(rows, rowGroup, filled, weights, chunk.Groups, chunk.TermsPerGroup, outputs, tileSums, chunkIndex > 0, prefetch + (tile * step * chunk.Terms), step);
            if (isLast)
            {
                int firstChannel = (group * _layer.GroupOutputs) + (panel * 2 * T.Count);
                _epilogue.ApplyAll<T>(tileSums, outputs, filled, firstChannel, _to.ChannelOffset(firstChannel), _to.ChannelOffset(firstChannel + T.Count), destinations + firstRow);
            }
        }
    }
}

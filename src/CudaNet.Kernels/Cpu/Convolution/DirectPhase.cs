using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// A convolution as a blocked matrix product: pixels, packed tile by tile from wherever the window finds them or read where they lie, by panels of weights that stay in
/// the first-level cache for all tiles of an item. Loops, outermost first: chunk of terms, panel or two, tile. The blocking follows Goto and van de Geijn,
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
        _readsInPlace = DirectTiling.ReadsInPlace<T>(layer, to);
        _scratch = scratch;
        int? unitPixels = publisher?.UnitPixels;
        _alone = DirectTiling.Of<T>(layer, to, _readsInPlace, unitPixels, threads: 1);
        _shared = scratch.Threads == 1 ? _alone : DirectTiling.Of<T>(layer, to, _readsInPlace, unitPixels, scratch.Threads);
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
        int firstPixel = pixelBlock * _tiling.ItemPixels;
        int pixels = Math.Min(_tiling.ItemPixels, _tiling.Pixels - firstPixel);
        int firstPanel = split * _tiling.Panels;
        int endPanel = Math.Min(firstPanel + _tiling.Panels, _layer.Panels);

        nint* sources = (nint*)_scratch.Of(worker);
        nint* destinations = sources + _tiling.Rows;
        int* firsts = (int*)(destinations + _tiling.Rows);
        float* packed = (float*)Scratch.Align(firsts + _tiling.Tiles + 1);
        float* sums = packed + _tiling.PackedElements;
        PixelOffsets.Locate(_layer.Op.Stride, _from, _to, firstPixel, pixels, TileKernel.Height(pixels), sources, destinations);
        float* source = _source + (group * (nint)_layer.GroupBlocks * _from.Block);
        ItemTiles tiles = new(_tiling.Cut(pixels, firsts), firsts, sources, destinations, packed);

        for (int index = 0; index < _chunks.Length; index++)
        {
            ref readonly TermChunk chunk = ref _chunks[index];
            if (!_readsInPlace)
            {
                WindowPacker.Pack<T>(source, sources, firsts, tiles.Count, _groupOffsets.AsSpan(chunk.FirstGroup, chunk.Groups), packed);
            }

            float* inPlace = _readsInPlace ? source + _groupOffsets[chunk.FirstGroup] : null;
            int together;
            for (int panel = firstPanel; panel < endPanel; panel += together)
            {
                together = _layer.Together<T>(panel, endPanel);
                float* panelSums = sums + (_chunks.Length == 1 ? 0 : (panel - firstPanel) * _tiling.Rows * 2 * T.Count);
                float* next = panel + together < endPanel ? _layer.Panel(group, chunk, panel + together) : _layer.Panel(group, _chunks[Math.Min(index + 1, _chunks.Length - 1)], firstPanel);
                RunPanels(index, group, panel, together, tiles, inPlace, panelSums, next);
            }
        }

        _publisher?.Publish(firstPixel, firstPixel + pixels, _layer.Channels(group, firstPanel, endPanel), worker);
    }

    /// <summary>Multiplies all tiles by one panel or by two; after the last chunk the sums go through the epilogue while they are in the first-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunPanels(int chunkIndex, int group, int panel, int together, in ItemTiles tiles, float* inPlace, float* sums, float* next)
    {
        ref readonly TermChunk chunk = ref _chunks[chunkIndex];
        int outputs = _layer.PanelOutputs(panel);
        float* weights = _layer.Panel(group, chunk, panel);
        nint second = together == 1 ? 0 : (nint)(_layer.Panel(group, chunk, panel + 1) - weights);
        bool isOnlyChunk = _chunks.Length == 1;
        bool isLast = chunkIndex == _chunks.Length - 1;
        nint secondSums = (isOnlyChunk ? TileKernel.Rows : _tiling.Rows) * 2 * T.Count;
        nint step = ((outputs * sizeof(float)) + tiles.Count - 1) / tiles.Count;
        PanelProduct product = new(weights, second, outputs, chunk.Groups, chunk.TermsPerGroup, secondSums, chunkIndex > 0, step, second * sizeof(float));
        byte* fetched = (byte*)next;
        for (int tile = 0; tile < tiles.Count; tile++, fetched += step * chunk.Terms)
        {
            int first = tiles.Firsts[tile];
            int pixels = tiles.Firsts[tile + 1] - first;
            int height = TileKernel.Height(pixels);
            float* tileSums = isOnlyChunk ? sums : sums + ((nint)first * outputs);
            if (inPlace == null)
            {
                TileKernel.Run<T>(product, tiles.Packed + ((nint)first * BlockedImage.BlockChannels * chunk.Groups), (nint)height * BlockedImage.BlockChannels, height, tileSums, fetched);
            }
            else
            {
                TileKernel.Run<T>(product, inPlace + tiles.Sources[first], _from.Block, height, tileSums, fetched);
            }

            for (int index = 0; index < together && isLast; index++, tileSums += secondSums)
            {
                int channel = (group * _layer.GroupOutputs) + ((panel + index) * 2 * T.Count);
                _epilogue.ApplyAll<T>(tileSums, outputs, pixels, channel, _to.ChannelOffset(channel), _to.ChannelOffset(channel + T.Count), tiles.Destinations + first);
            }
        }
    }

    /// <summary>An item's tiles.</summary>
    /// <param name="count">How many.</param>
    /// <param name="firsts">Each one's first pixel, and the number of pixels.</param>
    /// <param name="sources">Of each pixel.</param>
    /// <param name="destinations">Of each pixel.</param>
    /// <param name="packed">The tiles one behind the other.</param>
    private readonly struct ItemTiles(int count, int* firsts, nint* sources, nint* destinations, float* packed)
    {
        public int Count { get; } = count;

        public int* Firsts { get; } = firsts;

        public nint* Sources { get; } = sources;

        public nint* Destinations { get; } = destinations;

        public float* Packed { get; } = packed;
    }
}

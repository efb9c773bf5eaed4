namespace CudaNet.Kernels.Cpu;

/// <summary>
/// A convolution by Winograd's algorithm: for a block of tiles whose transformed pixels stay in the second-level cache, panel by panel, the products of every
/// point as a matrix product, then their transform and the epilogue. Items share the transformed pixels of a <see cref="WinogradInputPhase{T, TVariant}"/>, or transform their own block.
/// </summary>
internal sealed unsafe class WinogradPhase<T, TVariant> : StoringPhase
    where T : unmanaged, ISimd<T>
    where TVariant : struct, IWinograd
{
    /// <summary>Channels whose transformed weights a few tiles use while they are in the first-level cache: of 36 points and 32 outputs 18 KiB.</summary>
    private const int FewTerms = 4;

    private readonly DirectConvolution _layer;
    private readonly WinogradWeights<TVariant>? _weights;
    private readonly WinogradChunk[] _chunks;
    private readonly WinogradPixels<T, TVariant> _pixels;
    private readonly WinogradOutput<T, TVariant> _output;
    private readonly TileRows[][] _blocks;
    private readonly Scratch _scratch;
    private readonly bool _sharesPixels;
    private readonly int _panelSplits;
    private readonly int _groupBlocks;
    private readonly nint _pixelElements;
    private readonly nint _weightElements;
    private readonly nint _productElements;

    /// <param name="layer">The layer.</param>
    /// <param name="weights">Its transformed weights; null where they are transformed while they are read.</param>
    /// <param name="pixels">Its input.</param>
    /// <param name="output">Its epilogue.</param>
    /// <param name="blocks">The tiles; one block where the pixels are shared.</param>
    /// <param name="sharesPixels">Whether another phase transforms the pixels.</param>
    /// <param name="panelSplits">Into how many items the panels of a block are cut.</param>
    /// <param name="scratch">Working memory.</param>
    public WinogradPhase(
        DirectConvolution layer,
        WinogradWeights<TVariant>? weights,
        WinogradPixels<T, TVariant> pixels,
        WinogradOutput<T, TVariant> output,
        TileRows[][] blocks,
        bool sharesPixels,
        int panelSplits,
        Scratch scratch)
    {
        _layer = layer;
        _weights = weights;
        _chunks = [.. new WinogradReduction(layer).Chunks];
        _pixels = pixels;
        _output = output;
        _blocks = blocks;
        _sharesPixels = sharesPixels;
        _panelSplits = panelSplits;
        _scratch = scratch;
        _groupBlocks = layer.Op.InChannels / layer.Op.Groups / BlockedImage.BlockChannels;
        _pixelElements = sharesPixels ? 0 : (nint)blocks.Max(pixels.Elements);
        _weightElements = weights is null ? TVariant.Points * WinogradWeights<TVariant>.PointStride(layer, 0, new WinogradChunk(0, 0, 1, BlockedImage.BlockChannels, 0)) : 0;
        _productElements = (nint)blocks.Max(b => WinogradOutput<T, TVariant>.ProductElements(b, layer.PanelOutputs(0)));
        scratch.Require(WinogradOutput<T, TVariant>.BufferElements + _pixelElements + _weightElements + (_productElements * (weights is null ? 2 : 1)));
    }

    public override int Items => _blocks.Length * _layer.Op.Groups * _panelSplits;

    protected override void Compute(int item, int worker)
    {
        (int rest, int split) = Math.DivRem(item, _panelSplits);
        (int block, int group) = Math.DivRem(rest, _layer.Op.Groups);
        TileRows[] rows = _blocks[block];
        float* buffer = _scratch.Of(worker);
        float* pixels = buffer + WinogradOutput<T, TVariant>.BufferElements;
        float* weights = pixels + _pixelElements;
        float* products = weights + _weightElements;
        if (_sharesPixels)
        {
            pixels = _scratch.Shared;
        }
        else
        {
            int blocks = _layer.Op.Groups == 1 ? _pixels.Blocks : _groupBlocks;
            for (int index = 0; index < rows.Length; index++)
            {
                _pixels.Transform(rows[index], group * _groupBlocks, blocks, buffer, pixels + _pixels.Offset(rows, index));
            }
        }

        int firstPanel = (int)((long)_layer.Panels * split / _panelSplits);
        int endPanel = (int)((long)_layer.Panels * (split + 1) / _panelSplits);
        for (int panel = firstPanel; panel < endPanel; panel++)
        {
            foreach (ref readonly WinogradChunk chunk in _chunks.AsSpan())
            {
                if (_weights is null)
                {
                    Stream(rows, pixels, weights, group, panel, chunk, products);
                }
                else
                {
                    float* kept = _weights.Panel(group, panel, chunk);
                    nint point = WinogradWeights<TVariant>.PointStride(_layer, panel, chunk);
                    Multiply(rows, pixels, kept, group, panel, chunk, null, products, chunk.Index > 0, (byte*)(kept + point), point * sizeof(float));
                }
            }

            _output.Finish(rows, products, group, panel, buffer);
        }
    }

    /// <summary>A chunk whose weights are transformed block by block, while the block before is in the second-level cache; the sums go on in between, in the same order.</summary>
    private void Stream(TileRows[] rows, float* pixels, float* weights, int group, int panel, in WinogradChunk chunk, float* products)
    {
        float* running = products + _productElements;
        bool isFew = rows.Length == 1 && PointKernel.Takes<T>(rows[0].Height, _layer.PanelOutputs(panel));
        int terms = isFew ? Math.Min(FewTerms, chunk.TermsPerBlock) : chunk.TermsPerBlock;
        int parts = (chunk.TermsPerBlock + terms - 1) / terms;
        for (int part = 0; part < chunk.Blocks * parts; part++)
        {
            int block = chunk.FirstBlock + (part / parts);
            int first = part % parts * terms;
            WinogradChunk here = chunk with { FirstBlock = block, Blocks = 1, TermsPerBlock = Math.Min(terms, chunk.TermsPerBlock - first) };
            nint point = WinogradWeights<TVariant>.PointStride(_layer, panel, here);
            WinogradWeights<TVariant>.TransformTerms<T>(_layer, group, panel, block, first, here.Terms, weights, point);
            bool isLast = part == (chunk.Blocks * parts) - 1;
            float* start = part == 0 ? null : running;
            float* sums = isLast ? products : running;
            bool accumulate = isLast && chunk.Index > 0;
            byte* next = Next(group, panel, block, out nint nextBytes);
            if (isFew)
            {
                int height = rows[0].Height;
                float* values = pixels + ((((group * _groupBlocks) + block) * (nint)height * BlockedImage.BlockChannels) + first);
                next += first * nextBytes / chunk.TermsPerBlock;
                PointKernel.Run<T>(values, _pixels.PointStride(height), height, weights, point, here.Terms, TVariant.Points, start, sums, accumulate, next, nextBytes / parts / TVariant.Points);
            }
            else
            {
                Multiply(rows, pixels, weights, group, panel, here, start, sums, accumulate, next, nextBytes / TVariant.Points);
            }
        }
    }

    /// <summary>The weights that are read after a block's.</summary>
    private byte* Next(int group, int panel, int block, out nint bytes)
    {
        bool isLast = block + 1 == _layer.Reduction.Chunks.Count;
        TermChunk window = _layer.Reduction.Chunks[isLast ? 0 : block + 1];
        int nextPanel = isLast ? Math.Min(panel + 1, _layer.Panels - 1) : panel;
        bytes = window.Terms * _layer.PanelOutputs(nextPanel) * sizeof(float);
        return (byte*)_layer.Panel(group, window, nextPanel);
    }

    /// <summary>The products of all points, from where they start to where they are stored or added.</summary>
    private void Multiply(TileRows[] rows, float* pixels, float* weights, int group, int panel, in WinogradChunk chunk, float* start, float* products, bool accumulate, byte* next, nint nextBytes)
    {
        int outputs = _layer.PanelOutputs(panel);
        nint weightStride = WinogradWeights<TVariant>.PointStride(_layer, panel, chunk);
        nint step = nextBytes / (chunk.Terms * rows.Length);
        int firstBlock = (group * _groupBlocks) + chunk.FirstBlock;
        for (int point = 0; point < TVariant.Points; point++, weights += weightStride)
        {
            byte* fetched = next + (point * nextBytes);
            for (int index = 0; index < rows.Length; index++, fetched += step * chunk.Terms)
            {
                ref readonly TileRows tiles = ref rows[index];
                float* tilePixels = pixels + _pixels.Offset(rows, index) + (point * _pixels.PointStride(tiles.Height)) + ((nint)firstBlock * tiles.Height * BlockedImage.BlockChannels);
                nint offset = WinogradOutput<T, TVariant>.Offset(rows, index, point, outputs);
                float* from = start == null ? null : start + offset;
                TileKernel.RunRows<T>(tilePixels, tiles.Height, weights, chunk.Blocks, chunk.TermsPerBlock, outputs, from, products + offset, accumulate, fetched, step);
            }
        }
    }
}

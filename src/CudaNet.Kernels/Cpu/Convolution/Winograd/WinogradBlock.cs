using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// What a convolution by Winograd's algorithm does with a block of tiles whose transformed pixels stay in the second-level cache: panel by panel, the products of every
/// point as a matrix product, then their transform and the epilogue.
/// </summary>
internal sealed unsafe class WinogradBlock<T, TVariant>
    where T : unmanaged, ISimd<T>
    where TVariant : struct, IWinograd
{
    private readonly DirectConvolution _layer;
    private readonly WinogradWeights<TVariant>? _weights;
    private readonly WinogradChunk[] _chunks;
    private readonly WinogradPixels<T, TVariant> _pixels;
    private readonly WinogradOutput<T, TVariant> _output;
    private readonly Scratch _scratch;
    private readonly nint _pixelElements;
    private readonly nint _weightElements;
    private readonly nint _productElements;
    private readonly int _together;

    /// <param name="layer">The layer.</param>
    /// <param name="weights">Its transformed weights; null where they are transformed while they are read.</param>
    /// <param name="pixels">Its input.</param>
    /// <param name="output">What follows the products.</param>
    /// <param name="blocks">All that will be computed.</param>
    /// <param name="sharesPixels">Whether another phase has transformed the pixels.</param>
    /// <param name="scratch">Working memory.</param>
    public WinogradBlock(
        DirectConvolution layer,
        WinogradWeights<TVariant>? weights,
        WinogradPixels<T, TVariant> pixels,
        WinogradOutput<T, TVariant> output,
        IReadOnlyCollection<TileBlock> blocks,
        bool sharesPixels,
        Scratch scratch)
    {
        _layer = layer;
        _weights = weights;
        _chunks = [.. new WinogradReduction(layer).Chunks];
        _pixels = pixels;
        _output = output;
        SharesPixels = sharesPixels;
        _scratch = scratch;
        _pixelElements = sharesPixels ? 0 : (nint)blocks.Max(pixels.Elements);
        _weightElements = weights is null ? (TVariant.Taps == 3 ? 2 : 1) * TVariant.Inputs * _chunks.Max(c => WinogradWeights<TVariant>.PointStride(layer, 0, c)) : 0;
        _productElements = (nint)blocks.Max(b => WinogradOutput<T, TVariant>.ProductElements(b, layer.PanelOutputs(0))) + BlockedImage.BlockChannels;
        _together = Math.Min(layer.Panels, TileKernel.Panels<T>());
        Elements = WinogradOutput<T, TVariant>.BufferElements + _pixelElements + (_together * (_weightElements + _productElements));
    }

    /// <summary>Whether another phase has transformed the pixels.</summary>
    public bool SharesPixels { get; }

    /// <summary>fp32 elements of a thread's scratch memory that it works in, from the first.</summary>
    public nint Elements { get; }

    /// <summary>Some panels of a group's outputs.</summary>
    /// <param name="tiles">The tiles.</param>
    /// <param name="group">The group.</param>
    /// <param name="firstPanel">The first panel.</param>
    /// <param name="endPanel">After the last.</param>
    /// <param name="worker">Whose scratch memory.</param>
    /// <param name="mustTransform">Whether that memory has not yet the group's pixels of these tiles; it does not matter where another phase transformed them.</param>
    /// <param name="destination">Where the outputs go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(TileBlock tiles, int group, int firstPanel, int endPanel, int worker, bool mustTransform, in TileDestination destination)
    {
        float* buffer = _scratch.Of(worker);
        float* pixels = buffer + WinogradOutput<T, TVariant>.BufferElements;
        float* weights = pixels + _pixelElements;
        float* products = weights + (_together * _weightElements);
        if (SharesPixels)
        {
            pixels = _scratch.Shared;
        }
        else if (mustTransform)
        {
            _pixels.TransformAll(tiles, group * _layer.GroupBlocks, _layer.Op.Groups == 1 ? _pixels.Blocks : _layer.GroupBlocks, buffer, pixels);
        }

        int together;
        for (int panel = firstPanel; panel < endPanel; panel += together)
        {
            together = _layer.Together<T>(panel, endPanel);
            foreach (ref readonly WinogradChunk chunk in _chunks.AsSpan())
            {
                if (_weights is null)
                {
                    Stream(tiles, pixels, weights, group, panel, together, endPanel, chunk, products);
                }
                else
                {
                    float* kept = _weights.Panel(group, panel, chunk);
                    nint second = together == 1 ? 0 : (nint)(_weights.Panel(group, panel + 1, chunk) - kept);
                    nint point = WinogradWeights<TVariant>.PointStride(_layer, panel, chunk);
                    NextWeights next = new((byte*)(kept + point), point * sizeof(float), second * sizeof(float));
                    Multiply(tiles, pixels, kept, second, group, panel, chunk, 0, TVariant.Points, products, ref next);
                }
            }

            for (int index = 0; index < together; index++)
            {
                _output.Finish(tiles, products + (index * _productElements), group, panel + index, buffer, destination);
            }
        }
    }

    /// <summary>A chunk whose weights are transformed two rows of points at a time (one of a 4×4 filter), while what they are made of is in the second-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Stream(TileBlock tiles, float* pixels, float* weights, int group, int panel, int together, int endPanel, in WinogradChunk chunk, float* products)
    {
        nint second = together == 1 ? 0 : _weightElements;
        NextWeights next = NextFilters(tiles, group, panel, together, endPanel, chunk);
        if (TVariant.Taps != 3)
        {
            for (int row = 0; row < TVariant.Inputs; row++)
            {
                for (int index = 0; index < together; index++)
                {
                    WinogradWeights<TVariant>.TransformRow<T>(_layer, group, panel + index, chunk, row, weights + (index * second));
                }

                Multiply(tiles, pixels, weights, second, group, panel, chunk, row * TVariant.Inputs, TVariant.Inputs, products, ref next);
            }

            return;
        }

        float* secondRow = weights + (TVariant.Inputs * WinogradWeights<TVariant>.PointStride(_layer, panel, chunk));
        for (int pair = 0; pair < TVariant.Inputs / 2; pair++)
        {
            (int one, int two) = WinogradFilter<TVariant>.Pair(pair);
            for (int index = 0; index < together; index++)
            {
                WinogradWeights<TVariant>.TransformPair<T>(_layer, group, panel + index, chunk, pair, weights + (index * second));
            }

            Multiply(tiles, pixels, weights, second, group, panel, chunk, one * TVariant.Inputs, TVariant.Inputs, products, ref next);
            Multiply(tiles, pixels, secondRow, second, group, panel, chunk, two * TVariant.Inputs, TVariant.Inputs, products, ref next);
        }
    }

    /// <summary>The filters that are transformed after a chunk's: those of the next chunk, or of the panels after.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private NextWeights NextFilters(TileBlock tiles, int group, int panel, int together, int endPanel, in WinogradChunk chunk)
    {
        bool isLast = chunk.Index == _chunks.Length - 1;
        int nextPanel = !isLast ? panel : Math.Min(panel + together, endPanel - 1);
        float* taps = WinogradWeights<TVariant>.Taps(_layer, group, nextPanel, isLast ? 0 : _chunks[chunk.Index + 1].FirstBlock, out nint tap);
        nint secondPanel = together == 1 ? 0 : (nint)(WinogradWeights<TVariant>.Taps(_layer, group, panel + 1, 0, out _) - WinogradWeights<TVariant>.Taps(_layer, group, panel, 0, out _));
        return new NextWeights((byte*)taps, 9 * tap * chunk.Blocks * sizeof(float) / NeededPoints(tiles), secondPanel * sizeof(float));
    }

    /// <summary>The products of some points, whose weights these are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(
        TileBlock tiles, float* pixels, float* weights, nint second, int group, int panel, in WinogradChunk chunk, int firstPoint, int points, float* products, ref NextWeights next)
    {
        int outputs = _layer.PanelOutputs(panel);
        nint weightStride = WinogradWeights<TVariant>.PointStride(_layer, panel, chunk);
        int firstBlock = (group * _layer.GroupBlocks) + chunk.FirstBlock;
        TileRows[] all = tiles.Rows;
        bool sparesPoints = tiles.SparesPoints;
        nint step = next.PointBytes / (chunk.Terms * all.Length);
        SparedPoints where = SparedPoints.None;
        for (int point = firstPoint; point < firstPoint + points; point++, weights += weightStride)
        {
            if (sparesPoints)
            {
                where = WinogradFilter<TVariant>.Place(point);
                int needing = tiles.RowsNeeding(where);
                if (needing == 0)
                {
                    continue;
                }

                step = next.PointBytes / (chunk.Terms * needing);
            }

            PanelProduct product = new(weights, second, outputs, chunk.Blocks, chunk.TermsPerBlock, _productElements, chunk.Index > 0, step, next.Second);
            byte* fetched = _weights is null ? next.First : next.First + ((point - firstPoint) * next.PointBytes);
            for (int index = 0; index < all.Length; index++)
            {
                ref readonly TileRows rows = ref all[index];
                if ((rows.Spared & where) != 0)
                {
                    continue;
                }

                nint block = (nint)rows.Height * BlockedImage.BlockChannels;
                float* rowPixels = pixels + _pixels.Offset(rows, index) + (point * _pixels.PointStride(rows.Height)) + (firstBlock * block);
                TileKernel.Run<T>(product, rowPixels, block, rows.Height, products + WinogradOutput<T, TVariant>.Offset(rows, point, outputs), fetched);
                fetched += step * chunk.Terms;
            }

            next = _weights is null ? next.AfterPoint() : next;
        }
    }

    /// <summary>Points that some of the tiles need.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int NeededPoints(TileBlock tiles)
    {
        int needed = 0;
        for (int point = 0; point < TVariant.Points; point++)
        {
            needed += tiles.RowsNeeding(WinogradFilter<TVariant>.Place(point)) > 0 ? 1 : 0;
        }

        return needed;
    }

    /// <summary>What is fetched into the second-level cache while points are multiplied: of kept weights the next point's, of streamed ones a share of the next filters for each point that is multiplied.</summary>
    /// <param name="first">Where it begins.</param>
    /// <param name="pointBytes">How much of it a point.</param>
    /// <param name="second">Bytes to what is fetched for the second of two panels.</param>
    private readonly struct NextWeights(byte* first, nint pointBytes, nint second)
    {
        public byte* First { get; } = first;

        public nint PointBytes { get; } = pointBytes;

        public nint Second { get; } = second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public NextWeights AfterPoint() => new(First + PointBytes, PointBytes, Second);
    }
}

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
    private readonly bool _sharesPixels;
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
        IReadOnlyCollection<TileRows[]> blocks,
        bool sharesPixels,
        Scratch scratch)
    {
        _layer = layer;
        _weights = weights;
        _chunks = [.. new WinogradReduction(layer).Chunks];
        _pixels = pixels;
        _output = output;
        _sharesPixels = sharesPixels;
        _scratch = scratch;
        _pixelElements = sharesPixels ? 0 : (nint)blocks.Max(pixels.Elements);
        _weightElements = weights is null ? (TVariant.Taps == 3 ? 2 : 1) * TVariant.Inputs * _chunks.Max(c => WinogradWeights<TVariant>.PointStride(layer, 0, c)) : 0;
        _productElements = (nint)blocks.Max(b => WinogradOutput<T, TVariant>.ProductElements(b, layer.PanelOutputs(0))) + BlockedImage.BlockChannels;
        _together = Math.Min(layer.Panels, TileKernel.Panels<T>());
        Elements = WinogradOutput<T, TVariant>.BufferElements + _pixelElements + (_together * (_weightElements + _productElements));
    }

    /// <summary>fp32 elements of a thread's scratch memory that it works in, from the first.</summary>
    public nint Elements { get; }

    /// <summary>Some panels of a group's outputs.</summary>
    /// <param name="rows">The tiles.</param>
    /// <param name="group">The group.</param>
    /// <param name="firstPanel">The first panel.</param>
    /// <param name="endPanel">After the last.</param>
    /// <param name="worker">Whose scratch memory.</param>
    /// <param name="destination">Where the outputs go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(TileRows[] rows, int group, int firstPanel, int endPanel, int worker, in TileDestination destination)
    {
        float* buffer = _scratch.Of(worker);
        float* pixels = buffer + WinogradOutput<T, TVariant>.BufferElements;
        float* weights = pixels + _pixelElements;
        float* products = weights + (_together * _weightElements);
        if (_sharesPixels)
        {
            pixels = _scratch.Shared;
        }
        else
        {
            int blocks = _layer.Op.Groups == 1 ? _pixels.Blocks : _layer.GroupBlocks;
            for (int index = 0; index < rows.Length; index++)
            {
                _pixels.Transform(rows[index], group * _layer.GroupBlocks, blocks, buffer, pixels + _pixels.Offset(rows, index));
            }
        }

        int together;
        for (int panel = firstPanel; panel < endPanel; panel += together)
        {
            together = _layer.Together<T>(panel, endPanel);
            foreach (ref readonly WinogradChunk chunk in _chunks.AsSpan())
            {
                if (_weights is null)
                {
                    Stream(rows, pixels, weights, group, panel, together, chunk, products);
                }
                else
                {
                    float* kept = _weights.Panel(group, panel, chunk);
                    nint second = together == 1 ? 0 : (nint)(_weights.Panel(group, panel + 1, chunk) - kept);
                    nint point = WinogradWeights<TVariant>.PointStride(_layer, panel, chunk);
                    Multiply(rows, pixels, kept, second, group, panel, chunk, 0, TVariant.Points, products, (byte*)(kept + point), point * sizeof(float));
                }
            }

            for (int index = 0; index < together; index++)
            {
                _output.Finish(rows, products + (index * _productElements), group, panel + index, buffer, destination);
            }
        }
    }

    /// <summary>A chunk whose weights are transformed two rows of points at a time (one of a 4×4 filter), while what they are made of is in the second-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Stream(TileRows[] rows, float* pixels, float* weights, int group, int panel, int together, in WinogradChunk chunk, float* products)
    {
        float* taps = WinogradWeights<TVariant>.Taps(_layer, group, panel, chunk.FirstBlock, out nint tap);
        nint second = together == 1 ? 0 : _weightElements;
        nint bytes = 9 * tap * chunk.Blocks * sizeof(float);
        nint step = bytes / TVariant.Points;
        nint rowBytes = TVariant.Inputs * step;
        byte* next = (byte*)taps + bytes;
        if (TVariant.Taps != 3)
        {
            for (int row = 0; row < TVariant.Inputs; row++, next += rowBytes)
            {
                for (int index = 0; index < together; index++)
                {
                    WinogradWeights<TVariant>.TransformRow<T>(_layer, group, panel + index, chunk, row, weights + (index * second));
                }

                Multiply(rows, pixels, weights, second, group, panel, chunk, row * TVariant.Inputs, TVariant.Inputs, products, next, step);
            }

            return;
        }

        float* secondRow = weights + (TVariant.Inputs * WinogradWeights<TVariant>.PointStride(_layer, panel, chunk));
        for (int pair = 0; pair < TVariant.Inputs / 2; pair++, next += 2 * rowBytes)
        {
            (int one, int two) = WinogradFilter<TVariant>.Pair(pair);
            for (int index = 0; index < together; index++)
            {
                WinogradWeights<TVariant>.TransformPair<T>(_layer, group, panel + index, chunk, pair, weights + (index * second));
            }

            Multiply(rows, pixels, weights, second, group, panel, chunk, one * TVariant.Inputs, TVariant.Inputs, products, next, step);
            Multiply(rows, pixels, secondRow, second, group, panel, chunk, two * TVariant.Inputs, TVariant.Inputs, products, next + rowBytes, step);
        }
    }

    /// <summary>The products of some points, whose weights these are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(
        TileRows[] rows, float* pixels, float* weights, nint second, int group, int panel, in WinogradChunk chunk, int firstPoint, int points, float* products, byte* next, nint nextBytes)
    {
        int outputs = _layer.PanelOutputs(panel);
        nint weightStride = WinogradWeights<TVariant>.PointStride(_layer, panel, chunk);
        nint step = nextBytes / (chunk.Terms * rows.Length);
        int firstBlock = (group * _layer.GroupBlocks) + chunk.FirstBlock;
        for (int point = firstPoint; point < firstPoint + points; point++, weights += weightStride, next += nextBytes)
        {
            PanelProduct product = new(weights, second, outputs, chunk.Blocks, chunk.TermsPerBlock, _productElements, chunk.Index > 0, step);
            byte* fetched = next;
            for (int index = 0; index < rows.Length; index++, fetched += step * chunk.Terms)
            {
                ref readonly TileRows tiles = ref rows[index];
                nint block = (nint)tiles.Height * BlockedImage.BlockChannels;
                float* tilePixels = pixels + _pixels.Offset(rows, index) + (point * _pixels.PointStride(tiles.Height)) + (firstBlock * block);
                nint offset = WinogradOutput<T, TVariant>.Offset(rows, index, point, outputs);
                TileKernel.Run<T>(product, tilePixels, block, tiles.Height, products + offset, fetched);
            }
        }
    }
}

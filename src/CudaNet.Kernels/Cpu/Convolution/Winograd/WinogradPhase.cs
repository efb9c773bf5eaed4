using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// A convolution by Winograd's algorithm. An item is some panels of a block of tiles, in one group; items share the transformed pixels of a
/// <see cref="WinogradInputPhase{T, TVariant}"/>, or each thread transforms a block for all the items of it that it takes.
/// </summary>
internal sealed class WinogradPhase<T, TVariant> : StoringPhase
    where T : unmanaged, ISimd<T>
    where TVariant : struct, IWinograd
{
    private readonly DirectConvolution _layer;
    private readonly WinogradBlock<T, TVariant> _products;
    private readonly TileBlock[] _blocks;
    private readonly int _panelSplits;
    private readonly TileDestination _destination;
    private readonly StagePublisher<T>? _publisher;
    private readonly TransformedBlocks? _transformed;

    /// <param name="layer">The layer.</param>
    /// <param name="products">Computes a block.</param>
    /// <param name="blocks">The tiles; one block where the pixels are shared.</param>
    /// <param name="panelSplits">Into how many items the panels of a block are cut.</param>
    /// <param name="destination">Where the outputs go.</param>
    /// <param name="publisher">What brings observed stages to the host.</param>
    /// <param name="scratch">Working memory.</param>
    public WinogradPhase(
        DirectConvolution layer, WinogradBlock<T, TVariant> products, TileBlock[] blocks, int panelSplits, in TileDestination destination, StagePublisher<T>? publisher, Scratch scratch)
    {
        _layer = layer;
        _products = products;
        _blocks = blocks;
        _panelSplits = panelSplits;
        _destination = destination;
        _publisher = publisher;
        _transformed = products.SharesPixels ? null : new TransformedBlocks(scratch.Threads);
        scratch.Require(products.Elements);
    }

    public override int Items => _blocks.Length * _layer.Op.Groups * _panelSplits;

    public override void Share(int threads) => _transformed?.Clear();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int rest, int split) = Math.DivRem(item, _panelSplits);
        (int block, int group) = Math.DivRem(rest, _layer.Op.Groups);
        (int firstPanel, int endPanel) = _layer.Share<T>(split, _panelSplits);
        TileBlock tiles = _blocks[block];
        bool mustTransform = _transformed is not null && _transformed.MustTransform(worker, rest);
        _products.Compute(tiles, group, firstPanel, endPanel, worker, mustTransform, _destination);
        _publisher?.Publish(tiles, _layer.Channels(group, firstPanel, endPanel), worker, _destination.Place);
    }
}

using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Transforms a block of tiles for the items of the <see cref="WinogradPhase{T, TVariant}"/> that follows, which share it. An item is some channels of some tiles; the first items are the first channels, which the first threads computed where the layer before was cut by channels, too.</summary>
internal sealed unsafe class WinogradInputPhase<T, TVariant>(WinogradPixels<T, TVariant> pixels, TileBlock block, Scratch scratch) : StoringPhase
    where T : unmanaged, ISimd<T>
    where TVariant : struct, IWinograd
{
    /// <summary>Blocks of 16 channels that an item transforms.</summary>
    private const int ItemBlocks = 4;

    private readonly int _slices = (pixels.Blocks + ItemBlocks - 1) / ItemBlocks;

    public override int Items => block.Rows.Length * _slices;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int slice, int index) = Math.DivRem(item, block.Rows.Length);
        int first = slice * ItemBlocks;
        pixels.Transform(block, index, first, Math.Min(ItemBlocks, pixels.Blocks - first), scratch.Of(worker), scratch.Shared + pixels.Offset(block.Rows[index], index));
    }
}

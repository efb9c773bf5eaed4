using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Publishes a step's observed stages after it, where what computes it does not. One item is some pixels of an image.</summary>
internal sealed class PublishingPhase<T> : StoringPhase
    where T : unmanaged, ISimd<T>
{
    /// <summary>Values of an item: 128 KiB, enough to be worth a thread's while and little enough that threads end together.</summary>
    private const int ItemElements = 32 << 10;

    private readonly StagePublisher<T> _publisher;
    private readonly BlockedImage _image;
    private readonly int _pixels;
    private readonly int _itemPixels;
    private readonly int _itemBlocks;
    private readonly int _pixelCuts;
    private readonly int _blockCuts;

    public PublishingPhase(StagePublisher<T> publisher, BlockedImage image)
    {
        _publisher = publisher;
        _image = image;
        _pixels = checked(image.Height * image.Width);

        // Whole planes where they are small, otherwise the same pixels of all channels.
        bool isSmall = _pixels <= StagePublisher<T>.SmallPlane;
        _itemBlocks = isSmall ? Math.Clamp(ItemElements / BlockedImage.BlockChannels / Math.Max(1, _pixels), 1, image.Blocks) : image.Blocks;
        _itemPixels = isSmall
            ? StagePublisher<T>.SmallPlane
            : Math.Max(1, ItemElements / (image.Blocks * BlockedImage.BlockChannels) / StagePublisher<T>.RunPixels) * StagePublisher<T>.RunPixels;
        _pixelCuts = (int)(((long)_pixels + _itemPixels - 1) / _itemPixels);
        _blockCuts = (image.Blocks + _itemBlocks - 1) / _itemBlocks;
        Items = checked(image.Batch * _pixelCuts * _blockCuts);
    }

    public override int Items { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int rest, int blockCut) = Math.DivRem(item, _blockCuts);
        (int image, int pixelCut) = Math.DivRem(rest, _pixelCuts);
        int first = pixelCut * _itemPixels, firstBlock = blockCut * _itemBlocks;
        int endBlock = Math.Min(_image.Blocks, firstBlock + _itemBlocks);
        _publisher.PublishPixels(
            image, first, Math.Min(_pixels, first + _itemPixels), (firstBlock * BlockedImage.BlockChannels, endBlock * BlockedImage.BlockChannels), worker);
    }
}

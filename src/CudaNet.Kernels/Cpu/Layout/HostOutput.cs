using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Copies a stored value to the host as N×C×H×W.</summary>
internal abstract unsafe class HostOutput : ParallelWork
{
    /// <summary>Where it goes, dense.</summary>
    public float* Destination { get; set; }
}

/// <summary>One item is some pixels of one plane of 16 channels, or several small planes.</summary>
internal sealed unsafe class HostOutput<T> : HostOutput
    where T : unmanaged, ISimd<T>
{
    /// <summary>Pixels of an item: 128 KiB, enough to be worth a thread's while and little enough that threads end together.</summary>
    private const int ItemPixels = 2048;
    private const int Lanes = BlockedImage.BlockChannels;

    private readonly float* _source;
    private readonly BlockedImage _from;
    private readonly int _pixels;
    private readonly int _cuts;
    private readonly int _itemPlanes;

    public HostOutput(float* source, BlockedImage from)
    {
        _source = source;
        _from = from;
        _pixels = checked(from.Height * from.Width);
        _cuts = Math.Max(1, (int)(((long)_pixels + ItemPixels - 1) / ItemPixels));
        _itemPlanes = Math.Max(1, ItemPixels / Math.Max(1, _pixels));
        Items = checked((from.Planes + _itemPlanes - 1) / _itemPlanes * _cuts);
    }

    public override int Items { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(int item, int worker)
    {
        (int planes, int cut) = Math.DivRem(item, _cuts);
        int first = (int)((long)_pixels * cut / _cuts);
        int end = (int)((long)_pixels * (cut + 1) / _cuts);
        for (int plane = planes * _itemPlanes; plane < Math.Min((planes + 1) * _itemPlanes, _from.Planes); plane++)
        {
            (int image, int block) = Math.DivRem(plane, _from.Blocks);
            int channels = Math.Min(Lanes, _from.Channels - (block * Lanes));
            float* target = Destination + ((((nint)image * _from.Channels) + (block * Lanes)) * _pixels);
            DensePlanes<T>.Copy(_source + (plane * _from.PlaneStride) + _from.Interior, _from, first, end, channels, target + first, _pixels, streams: false);
        }
    }
}

namespace CudaNet.Kernels.Cpu;

/// <summary>Copies a stored value to the host as N×C×H×W.</summary>
internal abstract unsafe class HostOutput(BlockedImage from) : ParallelWork
{
    /// <summary>Where it goes, dense.</summary>
    public float* Destination { get; set; }

    public int Elements { get; } = checked((int)((long)from.Batch * from.Channels * from.Height * from.Width));
}

/// <summary>
/// Blocks of as many pixels as a vector has lanes are transposed in registers. One item is some pixels of one plane of 16 channels, or several small
/// planes.
/// </summary>
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
        : base(from)
    {
        _source = source;
        _from = from;
        _pixels = checked(from.Height * from.Width);
        _cuts = Math.Max(1, (int)(((long)_pixels + ItemPixels - 1) / ItemPixels));
        _itemPlanes = Math.Max(1, ItemPixels / Math.Max(1, _pixels));
        Items = checked((from.Planes + _itemPlanes - 1) / _itemPlanes * _cuts);
    }

    public override int Items { get; }

    public override void Execute(int item, int worker)
    {
        (int planes, int cut) = Math.DivRem(item, _cuts);
        int first = (int)((long)_pixels * cut / _cuts);
        int end = (int)((long)_pixels * (cut + 1) / _cuts);
        for (int plane = planes * _itemPlanes; plane < Math.Min((planes + 1) * _itemPlanes, _from.Planes); plane++)
        {
            (int image, int block) = Math.DivRem(plane, _from.Blocks);
            int channels = Math.Min(Lanes, _from.Channels - (block * Lanes));
            float* start = _source + (plane * _from.PlaneStride) + _from.Interior;
            float* target = Destination + ((((nint)image * _from.Channels) + (block * Lanes)) * _pixels);
            if (_pixels == 1)
            {
                new ReadOnlySpan<float>(start, channels).CopyTo(new Span<float>(target, channels));
            }
            else
            {
                CopyPixels(start, first, end, channels, target);
            }
        }
    }

    /// <param name="start">The plane's first pixel.</param>
    /// <param name="first">The first pixel to copy, row by row.</param>
    /// <param name="end">After the last one.</param>
    /// <param name="channels">How many of the plane's are copied.</param>
    /// <param name="target">The first channel's plane on the host.</param>
    private void CopyPixels(float* start, int first, int end, int channels, float* target)
    {
        float* gathered = stackalloc float[T.Count * Lanes];
        float* transposed = stackalloc float[T.Count * Lanes];
        (int y, int x) = Math.DivRem(first, _from.Width);
        for (int pixel = first; pixel < end;)
        {
            int count = Math.Min(T.Count, end - pixel);
            float* source = start + (y * _from.RowStride) + ((nint)x * Lanes);
            if (count <= _from.Width - x && count == T.Count)
            {
                x += count;
            }
            else
            {
                source = gathered;
                for (int i = 0; i < count; i++)
                {
                    if (x == _from.Width)
                    {
                        (x, y) = (0, y + 1);
                    }

                    CopyPixel(start + (y * _from.RowStride) + ((nint)x++ * Lanes), gathered + (i * Lanes));
                }
            }

            if (x == _from.Width)
            {
                (x, y) = (0, y + 1);
            }

            if (channels == Lanes && count == T.Count)
            {
                Transpose(source, target + pixel, _pixels);
            }
            else
            {
                Transpose(source, transposed, T.Count);
                for (int c = 0; c < channels; c++)
                {
                    new ReadOnlySpan<float>(transposed + (c * T.Count), count).CopyTo(new Span<float>(target + ((nint)c * _pixels) + pixel, count));
                }
            }

            pixel += count;
        }
    }

    /// <summary>[pixel][16] to 16 rows of pixels.</summary>
    private static void Transpose(float* source, float* destination, nint rowStride)
    {
        for (int lane = 0; lane < Lanes; lane += T.Count)
        {
            T.Transpose(source + lane, Lanes, destination + (lane * rowStride), rowStride);
        }
    }

    private static void CopyPixel(float* source, float* destination)
    {
        for (int lane = 0; lane < Lanes; lane += T.Count)
        {
            T.Store(T.Load(source + lane), destination + lane);
        }
    }
}

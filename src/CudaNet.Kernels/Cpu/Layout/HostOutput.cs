namespace CudaNet.Kernels.Cpu;

/// <summary>Copies a stored value to the host as N×C×H×W. One item is one plane of 16 channels.</summary>
internal sealed unsafe class HostOutput(float* source, BlockedImage from) : ParallelWork
{
    /// <summary>Where it goes, dense.</summary>
    public float* Destination { get; set; }

    public int Elements { get; } = checked((int)((long)from.Batch * from.Channels * from.Height * from.Width));

    public override int Items { get; } = from.Planes;

    public override void Execute(int item, int worker)
    {
        (int image, int block) = Math.DivRem(item, from.Blocks);
        int first = block * BlockedImage.BlockChannels;
        int channels = Math.Min(BlockedImage.BlockChannels, from.Channels - first);
        nint plane = (nint)from.Height * from.Width;
        float* start = source + (item * from.PlaneStride) + from.Interior;
        float* target = Destination + ((((nint)image * from.Channels) + first) * plane);
        for (int y = 0; y < from.Height; y++)
        {
            for (int c = 0; c < channels; c++)
            {
                float* lane = start + (y * from.RowStride) + c;
                float* row = target + (c * plane) + ((nint)y * from.Width);
                for (int x = 0; x < from.Width; x++)
                {
                    row[x] = lane[(nint)x * BlockedImage.BlockChannels];
                }
            }
        }
    }
}

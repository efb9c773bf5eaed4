using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>The run's input as blocks of 16 channels. The halo and the padding channels stay as they were allocated: zero.</summary>
internal sealed unsafe class BlockedInput(float* destination, BlockedImage to) : HostInput(to.Batch, to.Channels, to.Height, to.Width)
{
    public float* Destination => destination;

    public BlockedImage Image => to;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void CopyRow(float* row, nint plane, int image, int y)
    {
        float* target = destination + (image * to.ImageStride) + to.Interior + (y * to.RowStride);
        for (int c = 0; c < to.Channels; c++)
        {
            float* source = row + (c * plane);
            float* lane = target + to.ChannelOffset(c);
            for (int x = 0; x < to.Width; x++)
            {
                lane[(nint)x * BlockedImage.BlockChannels] = source[x];
            }
        }
    }
}

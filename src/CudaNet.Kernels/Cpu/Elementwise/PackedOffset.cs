using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A constant image as [C/16][H][W][16], channels padded with zeros.</summary>
internal sealed unsafe class PackedOffset
{
    /// <param name="op">The layer.</param>
    /// <param name="parameters">Null where only the size is wanted.</param>
    /// <param name="arena">Owns what is packed.</param>
    public PackedOffset(Offset op, LayerParameters? parameters, NativeArena arena)
    {
        long plane = (long)op.Height * op.Width;
        Values = arena.Allocate(checked(BlockedImage.PaddedChannels(op.Channels) * plane), "packed weights").Pointer;
        ReadOnlySpan<float> bias = parameters is null ? default : parameters.Bias!.Values;
        for (int i = 0; i < bias.Length; i++)
        {
            (long channel, long pixel) = Math.DivRem(i, plane);
            (long block, long lane) = Math.DivRem(channel, BlockedImage.BlockChannels);
            Values[(((block * plane) + pixel) * BlockedImage.BlockChannels) + lane] = bias[i];
        }
    }

    public float* Values { get; }
}

namespace CudaNet.Kernels.Cpu;

/// <summary>Constants of a channel each, padded with zeros to blocks of 16.</summary>
internal static unsafe class PaddedConstants
{
    public static float* Pack(ReadOnlySpan<float> values, NativeArena arena)
    {
        long length = ((long)values.Length + BlockedImage.BlockChannels - 1) / BlockedImage.BlockChannels * BlockedImage.BlockChannels;
        float* constants = arena.Allocate(length, "packed weights").Pointer;
        values.CopyTo(new Span<float>(constants, values.Length));
        return constants;
    }
}

namespace CudaNet.Kernels.Cpu;

/// <summary>Constants of a channel each, padded with zeros to blocks of 16.</summary>
internal static unsafe class PaddedConstants
{
    /// <param name="channels">How many.</param>
    /// <param name="values">The constants; empty where only the size is wanted.</param>
    /// <param name="arena">Owns them.</param>
    public static float* Pack(int channels, ReadOnlySpan<float> values, NativeArena arena)
    {
        float* constants = arena.Allocate(BlockedImage.PaddedChannels(channels), "packed weights").Pointer;
        values.CopyTo(new Span<float>(constants, values.Length));
        return constants;
    }
}

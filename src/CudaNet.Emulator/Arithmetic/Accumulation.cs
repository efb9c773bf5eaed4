namespace CudaNet.Emulator.Arithmetic;

/// <summary>
/// The order in which a product's terms are summed: chunks of the depth, each summed in order from zero, and the chunks added in order. It
/// depends on the call's algorithm and types alone, so neither the batch nor what else runs changes a bit, unless the device's profile says so.
/// </summary>
/// <param name="Chunk">Terms in a chunk.</param>
/// <param name="InHalf">Whether the running sum is rounded to half precision after each chunk.</param>
internal readonly record struct Accumulation(int Chunk, bool InHalf = false)
{
    /// <summary>What a call without a choice of algorithm uses.</summary>
    public static Accumulation Standard { get; } = new(256);

    /// <summary>Sums held in half precision, as the compute types of 16 bits have them.</summary>
    public static Accumulation Half { get; } = new(4, InHalf: true);
}

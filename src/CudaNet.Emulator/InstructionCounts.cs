namespace CudaNet.Emulator;

/// <summary>How many instructions of a kind were executed.</summary>
/// <param name="Warps">By warps, each once for all its threads.</param>
/// <param name="Threads">By threads.</param>
public readonly record struct InstructionCounts(long Warps, long Threads)
{
    /// <summary>The sums of both.</summary>
    public static InstructionCounts operator +(InstructionCounts left, InstructionCounts right) => new(left.Warps + right.Warps, left.Threads + right.Threads);

    /// <summary>The sums of both.</summary>
    public static InstructionCounts Add(InstructionCounts left, InstructionCounts right) => left + right;
}

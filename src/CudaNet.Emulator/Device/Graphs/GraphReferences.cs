namespace CudaNet.Emulator.Device;

/// <summary>What a graph's work refers to, and whether it is still there.</summary>
internal static class GraphReferences
{
    public static IReadOnlyList<MemoryRange> RangesOf(StreamOperation operation, EmulatedMachine machine)
    {
        IEnumerable<MemoryRange?> used = operation.Uses.Select(use => machine.Memory.Find(use.Address));
        IEnumerable<MemoryRange?> perhaps = operation.Pointers.Select(machine.Memory.Find).Where(range => range is { IsUsable: true });
        return [.. used.Concat(perhaps).OfType<MemoryRange>().Distinct()];
    }

    /// <summary>What is gone, as a message says it; null where all is there.</summary>
    /// <param name="operation">The work.</param>
    /// <param name="ranges">Its memory, as it was when the graph was made.</param>
    public static string? Gone(StreamOperation operation, IReadOnlyList<MemoryRange> ranges)
    {
        foreach (MemoryRange range in ranges)
        {
            if (!range.IsUsable && !range.IsFromGraph)
            {
                return $"{operation.Name} uses {range.Name}, which {range.Gone}";
            }
        }

        return operation.Holds.OfType<IReleasable>().FirstOrDefault(held => held.IsReleased) is { } released
            ? $"{operation.Name} uses {released.Name}, which is gone"
            : null;
    }
}

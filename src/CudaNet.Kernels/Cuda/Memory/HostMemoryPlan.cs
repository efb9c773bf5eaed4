namespace CudaNet.Kernels.Cuda;

/// <summary>How an executable holds values on the host, from their sizes and a limit alone.</summary>
internal readonly record struct HostMemoryPlan
{
    /// <param name="inputBytes">Of a run.</param>
    /// <param name="outputBytes">Of a run.</param>
    /// <param name="stages">Bytes of each published stage.</param>
    /// <param name="limitBytes">The most that is pinned.</param>
    /// <exception cref="OverflowException">One of them is beyond what an array holds.</exception>
    public HostMemoryPlan(long inputBytes, long outputBytes, IReadOnlyList<int> stages, long limitBytes)
    {
        // The memory of each must be an array, with a page more to begin at one.
        _ = checked((int)Math.Max(Math.Max(PinnedMemory.WholePages(inputBytes), PinnedMemory.WholePages(outputBytes)), PinnedMemory.WholePages(stages.DefaultIfEmpty().Max())) + Environment.SystemPageSize);
        long ends = PinnedMemory.WholePages(inputBytes) + PinnedMemory.WholePages(outputBytes);
        long all = stages.Sum(s => PinnedMemory.WholePages(s));
        int largest = stages.DefaultIfEmpty().Max();
        ArePinned = ends <= limitBytes;
        Pinned = !ArePinned ? [] : ends + all <= limitBytes ? [.. stages] : ends + (2 * PinnedMemory.WholePages(largest)) <= limitBytes ? [largest, largest] : [];
        PageableBytes = Pinned.Count == 0 ? largest : 0;
        Bytes = Pinned.Sum(s => (long)s) + PageableBytes + (ArePinned ? inputBytes + outputBytes : 0);
    }

    /// <summary>Whether input and output are pinned.</summary>
    public bool ArePinned { get; }

    /// <summary>Bytes of the pinned buffers that stages use in turn: one for each stage, or two; none where their memory is not pinned.</summary>
    public IReadOnlyList<int> Pinned { get; }

    /// <summary>Bytes of the one buffer that is not pinned.</summary>
    public int PageableBytes { get; }

    /// <summary>Of all buffers.</summary>
    public long Bytes { get; }
}

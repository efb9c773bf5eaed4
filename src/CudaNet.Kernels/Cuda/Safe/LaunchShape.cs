namespace CudaNet.Kernels.Cuda;

/// <summary>With how many threads a kernel runs.</summary>
/// <param name="Grid">Blocks.</param>
/// <param name="Block">Threads of a block.</param>
/// <param name="SharedBytes">Shared memory of a block beyond what the kernel declares.</param>
public readonly record struct LaunchShape(Dim3 Grid, Dim3 Block, int SharedBytes = 0)
{
    /// <summary>At least one thread for each element, in blocks along the first axis; the kernel checks its index.</summary>
    /// <param name="count">Elements, at least 1.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is not positive.</exception>
    public static LaunchShape For(int count, int threads = 256)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        return new LaunchShape((count - 1) / threads + 1, threads);
    }

    /// <inheritdoc/>
    public override string ToString() => $"grid {Grid}, block {Block}, {SharedBytes} bytes of shared memory";
}

namespace CudaNet.Engine;

/// <summary>What a session may hold.</summary>
public sealed record SessionOptions
{
    /// <summary>
    /// Executables kept at once, one a pair of input shape and set of observed layers; at least 1. One more and the least recently used goes,
    /// with its memory.
    /// </summary>
    public int MaxExecutables { get; init; } = 8;
}

/// <summary>What a session holds now.</summary>
/// <param name="Executables">Executables resident.</param>
/// <param name="WeightBytes">Bytes of packed weights, one set however many executables there are.</param>
/// <param name="ExecutableBytes">Bytes of all buffers of all resident executables.</param>
public sealed record SessionMemory(int Executables, long WeightBytes, long ExecutableBytes);

using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>What <see cref="PeerComparison"/> compares.</summary>
internal sealed record PeerOptions
{
    /// <summary>A weight file, or null for the repository's.</summary>
    public required string? Model { get; init; }

    /// <summary>A published architecture with weights by formula, in place of a file; or null.</summary>
    public required string? Architecture { get; init; }

    public required IReadOnlyList<int> Batches { get; init; }

    public required IReadOnlyList<int> Sizes { get; init; }

    public required IReadOnlyList<int> Threads { get; init; }

    public required SimdWidth Width { get; init; }

    public required int Rounds { get; init; }

    public required bool Write { get; init; }

    /// <summary>The command line, which stands in the results.</summary>
    public required string Command { get; init; }
}

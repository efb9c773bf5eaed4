using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>What <see cref="StepsReport"/> measures.</summary>
internal sealed record StepsOptions
{
    public required IReadOnlyList<int> Batches { get; init; }

    public required IReadOnlyList<int> Sizes { get; init; }

    public required IReadOnlyList<int> Threads { get; init; }

    public required SimdWidth Width { get; init; }

    public required int Rounds { get; init; }

    public required bool Write { get; init; }

    /// <summary>The command line, which stands in the results.</summary>
    public required string Command { get; init; }
}

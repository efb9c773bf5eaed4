using CudaNet.Cli;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>Which passes a command measures, and how often.</summary>
internal sealed record PassOptions
{
    public required IReadOnlyList<int> Batches { get; init; }

    public required IReadOnlyList<int> Sizes { get; init; }

    public required IReadOnlyList<int> Threads { get; init; }

    public required SimdWidth Width { get; init; }

    public required CpuConvolutions Convolutions { get; init; }

    public required int Rounds { get; init; }

    public required bool Write { get; init; }

    /// <summary>The command line, which stands in the results.</summary>
    public required string Command { get; init; }

    /// <summary>How CudaNet computes with so many threads.</summary>
    public CpuOptions Cpu(int threads) => new() { Threads = threads, SimdWidth = Width, Convolutions = Convolutions };

    /// <summary>What would fail only after others have run.</summary>
    public void Check(Model model)
    {
        _ = SimdSupport.Resolve(Width);
        foreach (TensorShape input in Batches.SelectMany(b => Sizes.Select(s => new TensorShape(b, model.Graph.InputChannels, s, s))))
        {
            _ = model.Graph.InferShapes(input);
            if (input.ElementCount > Array.MaxLength)
            {
                throw new UsageException($"a batch of {input} is too large: it must have at most {Array.MaxLength} values; take fewer --batches or smaller --sizes");
            }
        }
    }
}

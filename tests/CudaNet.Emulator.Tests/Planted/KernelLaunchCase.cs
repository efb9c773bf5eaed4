namespace CudaNet.Emulator.Tests.Planted;

/// <summary>A planted kernel and how it is launched.</summary>
/// <param name="Module">The file without its extension.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="Blocks">Blocks of the grid.</param>
/// <param name="Threads">Threads of a block.</param>
/// <param name="N">The kernel's n.</param>
internal sealed record KernelLaunchCase(string Module, string Kernel, int Blocks, int Threads, int N)
{
    /// <summary>Elements of x.</summary>
    public int Inputs { get; init; } = N;

    /// <summary>Elements of y.</summary>
    public int Outputs { get; init; } = N;

    public int SharedBytes { get; init; }

    /// <summary>y starts as zeros.</summary>
    public bool Cleared { get; init; }

    public EmulatorOptions? Options { get; init; }
}

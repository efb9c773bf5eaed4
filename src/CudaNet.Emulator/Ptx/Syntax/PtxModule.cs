namespace CudaNet.Emulator.Ptx;

/// <summary>A module of PTX text, parsed and checked. Immutable; any thread may read it.</summary>
internal sealed class PtxModule
{
    /// <summary>What the caller calls the text; errors and findings name it.</summary>
    public required string Name { get; init; }

    public required PtxVersion Version { get; init; }

    public required PtxTarget Target { get; init; }

    public required IReadOnlyList<PtxKernel> Kernels { get; init; }

    /// <summary>The device functions, declared or defined.</summary>
    public required IReadOnlyList<PtxFunction> Functions { get; init; }

    /// <summary>The module's variables in order, those of <c>.const</c> and <c>.global</c> with offsets in their block.</summary>
    public required IReadOnlyList<PtxVariable> Variables { get; init; }

    /// <summary>The bytes that all <c>.global</c> variables take, with padding.</summary>
    public long GlobalBytes { get; init; }

    /// <summary>The bytes that all <c>.const</c> variables take, with padding.</summary>
    public int ConstBytes { get; init; }

    /// <summary>Reads PTX as strictly as the real assembler, and refuses what this emulator cannot execute.</summary>
    /// <exception cref="PtxParseException">The text is not PTX that can be executed; its errors say where and why.</exception>
    public static PtxModule Parse(string text, string name) => PtxModuleParser.Parse(text, name);

    public PtxKernel? FindKernel(string name) => Kernels.FirstOrDefault(kernel => kernel.Name == name);

    public PtxVariable? FindVariable(string name) => Variables.FirstOrDefault(variable => variable.Name == name);
}

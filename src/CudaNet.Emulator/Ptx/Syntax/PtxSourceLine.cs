namespace CudaNet.Emulator.Ptx;

/// <summary>A source file that a <c>.file</c> names; the directive may stand behind the lines that refer to it.</summary>
internal sealed class PtxSourceFile(int number)
{
    public string Name { get; internal set; } = $"file {number}";
}

/// <summary>A line of the program the PTX was compiled from, as <c>.loc</c> and <c>.file</c> tell it.</summary>
internal sealed record PtxSourceLine(PtxSourceFile Source, int Line, int Column)
{
    public string File => Source.Name;

    public override string ToString() => $"{File}:{Line}";
}

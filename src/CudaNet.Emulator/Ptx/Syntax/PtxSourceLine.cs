namespace CudaNet.Emulator.Ptx;

/// <summary>A line of the program the PTX was compiled from, as <c>.loc</c> and <c>.file</c> tell it.</summary>
internal sealed record PtxSourceLine(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}";
}

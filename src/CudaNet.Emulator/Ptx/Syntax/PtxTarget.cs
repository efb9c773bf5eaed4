namespace CudaNet.Emulator.Ptx;

/// <summary>A <c>.target</c>: the compute capability times ten (75, 120), and <c>'a'</c> or <c>'f'</c> where the code is for that architecture or family alone, else <c>'\0'</c>.</summary>
internal readonly record struct PtxTarget(int Capability, char Suffix)
{
    public override string ToString() => Suffix == '\0' ? $"sm_{Capability}" : $"sm_{Capability}{Suffix}";
}

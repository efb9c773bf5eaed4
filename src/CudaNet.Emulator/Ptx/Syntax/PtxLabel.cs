namespace CudaNet.Emulator.Ptx;

/// <summary>A label and the index of the instruction behind it; the number of instructions where it stands at the end.</summary>
internal sealed record PtxLabel(string Name, int Target, int Line);

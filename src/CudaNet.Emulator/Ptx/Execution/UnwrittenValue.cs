namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Where a value comes from that was computed from a register nothing wrote.</summary>
/// <param name="Slot">The register nothing wrote.</param>
/// <param name="Origin">The instruction that read it first, by its number in the program.</param>
internal readonly record struct UnwrittenValue(int Slot, int Origin);

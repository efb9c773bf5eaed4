namespace CudaNet.Emulator.Ptx;

/// <summary>A place in a variable's initial bytes that takes the address of a symbol.</summary>
/// <param name="Offset">Where, in bytes from the variable's start.</param>
/// <param name="Size">How many bytes, 4 or 8.</param>
/// <param name="Variable">The variable whose address it is; null where it is a function's.</param>
/// <param name="Function">The function whose address it is; null where it is a variable's.</param>
/// <param name="Addend">Added to the address, in bytes.</param>
/// <param name="IsGeneric">The generic address is asked for, not that in the variable's state space.</param>
internal sealed record PtxRelocation(long Offset, int Size, PtxVariable? Variable, PtxFunction? Function, long Addend, bool IsGeneric);

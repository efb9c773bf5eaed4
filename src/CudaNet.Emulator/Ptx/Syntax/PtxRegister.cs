namespace CudaNet.Emulator.Ptx;

/// <summary>
/// One register of a function that its code mentions. <paramref name="Index"/> counts from 0 without gaps over all registers of the function, predicates included;
/// registers that are declared and never mentioned have none, so that a declaration of billions costs nothing. Two scopes' registers of one name are two registers.
/// </summary>
internal sealed record PtxRegister(string Name, PtxType Type, int Index, int Line);

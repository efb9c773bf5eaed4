namespace CudaNet.Emulator.Ptx;

/// <summary>An operand of an instruction; its kinds are the records derived from it.</summary>
internal abstract record PtxOperand;

/// <summary>A register; <paramref name="Negated"/> for <c>!%p</c>, which only predicates read by an instruction can be.</summary>
internal sealed record PtxRegisterOperand(PtxRegister Register, bool Negated = false) : PtxOperand;

/// <summary>A constant, converted: the bits as the type has them, in the low end.</summary>
internal sealed record PtxImmediateOperand(PtxType Type, ulong Bits) : PtxOperand;

/// <summary>A special register, with 0, 1, 2, 3 for the components x, y, z, w, or -1 where it has none.</summary>
internal sealed record PtxSpecialOperand(PtxSpecialRegister Register, int Component) : PtxOperand;

/// <summary>A memory operand in brackets: a register or a variable (one of them, or none for an absolute address), and bytes added.</summary>
internal sealed record PtxAddressOperand(PtxRegister? Base, PtxVariable? Variable, long Offset) : PtxOperand;

/// <summary>The address of a variable as a value, plus bytes; <paramref name="IsGeneric"/> for <c>generic(x)</c>, its generic address.</summary>
internal sealed record PtxSymbolOperand(PtxVariable Variable, long Offset, bool IsGeneric = false) : PtxOperand;

/// <summary>A function: a call's target, or its address as a value.</summary>
internal sealed record PtxFunctionOperand(PtxFunction Function) : PtxOperand;

/// <summary>A vector in braces; its elements are registers, constants, or <see cref="PtxSinkOperand"/>.</summary>
internal sealed record PtxVectorOperand(IReadOnlyList<PtxOperand> Elements) : PtxOperand;

/// <summary>The lists in parentheses of a call: <c>.param</c> variables (as <see cref="PtxSymbolOperand"/>), registers, constants.</summary>
internal sealed record PtxListOperand(IReadOnlyList<PtxOperand> Elements) : PtxOperand;

/// <summary>A destination <c>p|q</c>: a register or a sink each.</summary>
internal sealed record PtxPairOperand(PtxOperand First, PtxOperand Second) : PtxOperand;

/// <summary>The destination <c>_</c>, which nobody reads.</summary>
internal sealed record PtxSinkOperand : PtxOperand
{
    public static PtxSinkOperand Instance { get; } = new();
}

/// <summary>A branch's target.</summary>
internal sealed record PtxLabelOperand(PtxLabel Label) : PtxOperand;

/// <summary>The targets of a <c>brx.idx</c>, by index.</summary>
internal sealed record PtxTargetsOperand(IReadOnlyList<PtxLabel> Labels) : PtxOperand;

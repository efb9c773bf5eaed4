namespace CudaNet.Emulator.Ptx;

/// <summary>One instruction, checked: its operands fit its opcode and types.</summary>
internal sealed class PtxInstruction
{
    public required PtxOpcode Opcode { get; init; }

    public required PtxModifiers Modifiers { get; init; }

    /// <summary>In the order written, the destination first. A call's are the list of results, the function, the list of arguments.</summary>
    public required IReadOnlyList<PtxOperand> Operands { get; init; }

    /// <summary>The predicate of <c>@%p</c> or <c>@!%p</c>; null where the instruction always executes.</summary>
    public PtxRegister? Guard { get; init; }

    /// <summary>The instruction executes where the guard is false.</summary>
    public bool GuardNegated { get; init; }

    /// <summary>The line in the PTX text, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The line it was compiled from, where the text says so.</summary>
    public PtxSourceLine? Source { get; init; }

    /// <summary>The opcode with its modifiers as written.</summary>
    public required string Text { get; init; }

    public override string ToString() => $"{Text} (line {Line})";
}

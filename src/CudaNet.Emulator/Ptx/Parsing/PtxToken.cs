namespace CudaNet.Emulator.Ptx;

/// <summary>The kinds of tokens.</summary>
internal enum PtxTokenKind : byte
{
    /// <summary>The text's end.</summary>
    End,

    /// <summary>An identifier, with its leading <c>%</c>, <c>$</c> or <c>_</c>.</summary>
    Word,

    /// <summary>A directive or modifier: a dot and a word; <c>::</c> may join words.</summary>
    Dot,
    Integer,
    Float,
    String,

    /// <summary>Anything else, of one or two characters.</summary>
    Symbol,
}

/// <summary>One token: where it is in the text, and its line and column from 1.</summary>
internal readonly record struct PtxToken(PtxTokenKind Kind, int Start, int Length, int Line, int Column);

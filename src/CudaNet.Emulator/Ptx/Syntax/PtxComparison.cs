namespace CudaNet.Emulator.Ptx;

/// <summary>The comparisons of <c>set</c> and <c>setp</c>.</summary>
internal enum PtxComparison : byte
{
    None,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,

    /// <summary><c>.lo</c>: below, unsigned.</summary>
    Lo,

    /// <summary><c>.ls</c>: below or the same, unsigned.</summary>
    Ls,

    /// <summary><c>.hi</c>: above, unsigned.</summary>
    Hi,

    /// <summary><c>.hs</c>: above or the same, unsigned.</summary>
    Hs,

    /// <summary>Equal or unordered; so the five after it.</summary>
    Equ,
    Neu,
    Ltu,
    Leu,
    Gtu,
    Geu,

    /// <summary>Both are numbers.</summary>
    Num,

    /// <summary>One is NaN.</summary>
    NaN,
}

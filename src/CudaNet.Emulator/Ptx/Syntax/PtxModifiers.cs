namespace CudaNet.Emulator.Ptx;

/// <summary>What stands behind an opcode, decoded. What an instruction does not say, or cannot, has the value zero.</summary>
internal sealed record PtxModifiers
{
    /// <summary>The instruction's type: the destination's where it names two (<c>cvt</c>, <c>set</c>, <c>slct</c>, <c>dp4a</c>'s first). Of <c>mul.wide</c> the sources'.</summary>
    public PtxType Type { get; init; }

    /// <summary>The second type named: what <c>cvt</c> and <c>set</c> read, what <c>slct</c> compares, <c>dp4a</c>'s second, the half type of a mixed <c>add.f32.f16</c>.</summary>
    public PtxType SourceType { get; init; }

    public PtxRounding Rounding { get; init; }

    public PtxComparison Comparison { get; init; }

    /// <summary>How <c>set</c> and <c>setp</c> join the comparison with their last operand.</summary>
    public PtxBooleanOperation Boolean { get; init; }

    public PtxStateSpace Space { get; init; }

    /// <summary>1, 2, 4 or 8.</summary>
    public int VectorWidth { get; init; } = 1;

    /// <summary>Which half of an integer product.</summary>
    public PtxProductPart Part { get; init; }

    public PtxApproximation Approximation { get; init; }

    public PtxAtomicOperation Atomic { get; init; }

    public PtxShuffleMode Shuffle { get; init; }

    /// <summary>Of <c>vote</c>; of <c>match</c> any or all.</summary>
    public PtxVoteMode Vote { get; init; }

    public PtxBarrierMode Barrier { get; init; }

    /// <summary>Of <c>shf</c>: left or right.</summary>
    public PtxShiftDirection Direction { get; init; }

    /// <summary>Of <c>prmt</c>.</summary>
    public PtxPermuteMode Permute { get; init; }

    /// <summary>Of <c>testp</c>.</summary>
    public PtxFloatTest Test { get; init; }

    public PtxMemoryOrder Order { get; init; }

    public PtxMemoryScope Scope { get; init; }

    /// <summary>Subnormal inputs and results are taken as zero (<c>.ftz</c>).</summary>
    public bool FlushToZero { get; init; }

    /// <summary>Integers: clamp to the type. Floats: clamp to [0, 1], NaN to 0. (<c>.sat</c>)</summary>
    public bool Saturate { get; init; }

    /// <summary>Float to narrower float: overflow gives the largest finite value (<c>.satfinite</c>).</summary>
    public bool SaturateFinite { get; init; }

    /// <summary>Negative results become zero, NaN the canonical one (<c>.relu</c>).</summary>
    public bool Relu { get; init; }

    /// <summary>Of <c>min</c> and <c>max</c>: a NaN operand gives NaN (<c>.NaN</c>).</summary>
    public bool PropagateNaN { get; init; }

    /// <summary>Of <c>min</c> and <c>max</c>: the sign is the xor of the operands' signs, the values compared absolute (<c>.xorsign.abs</c>).</summary>
    public bool XorSignAbs { get; init; }

    /// <summary>Writes the carry flag (<c>.cc</c>); <c>addc</c>, <c>subc</c> and <c>madc</c> read it always.</summary>
    public bool CarryOut { get; init; }

    /// <summary>Of <c>shf</c> and <c>szext</c>: counts at or above 32 wrap; otherwise they clamp.</summary>
    public bool Wrap { get; init; }

    /// <summary>Of <c>bfind</c>: the shift that brings the bit to the top (<c>.shiftamt</c>).</summary>
    public bool ShiftAmount { get; init; }

    /// <summary>Of <c>cvta</c>: from generic to the space; otherwise from the space to generic.</summary>
    public bool ToSpace { get; init; }

    /// <summary>The text says that all threads of the warp do it together (<c>.uni</c>).</summary>
    public bool Uniform { get; init; }

    /// <summary>All threads of the warp must execute the barrier together (<c>bar</c>, <c>.aligned</c>).</summary>
    public bool Aligned { get; init; }

    /// <summary>Through the read-only cache (<c>.nc</c>): the memory must not be written while the kernel runs.</summary>
    public bool NonCoherent { get; init; }

    /// <summary>Of <c>dp2a</c>: the upper half of the second operand.</summary>
    public bool HighHalf { get; init; }

    /// <summary>The cache hints as written; they change no result.</summary>
    public string CacheHints { get; init; } = "";
}

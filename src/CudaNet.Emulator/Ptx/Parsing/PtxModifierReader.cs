namespace CudaNet.Emulator.Ptx;

/// <summary>Decodes what stands behind an opcode into <see cref="PtxModifiers"/> and the kinds of modifiers seen.</summary>
internal sealed partial class PtxModifierReader(PtxReader reader, string mnemonic)
{
    /// <summary>The modifiers decoded so far.</summary>
    public PtxModifiers Modifiers { get; private set; } = new();

    /// <summary>The kinds seen.</summary>
    public PtxParts Parts { get; private set; }

    private bool Compares => mnemonic is "set" or "setp";

    private bool IsBarrier => mnemonic is "bar" or "barrier";

    private bool Votes => mnemonic is "vote" or "match";

    /// <summary>Decodes one modifier.</summary>
    public void Add(PtxToken token)
    {
        ReadOnlySpan<char> text = reader.TextOf(token);
        PtxType type = PtxTypeNames.Find(text);
        if (type != PtxType.None)
        {
            AddType(token, type);
            return;
        }

        if (PtxTypeNames.IsUnsupported(text))
        {
            throw PtxReader.NotSupported(token, $"the type '{reader.Shown(token)}'");
        }

        PtxParts part = IsBarrier ? AddBarrier(text) : PtxParts.None;
        part = part != PtxParts.None ? part : AddByOpcode(text);
        part = part != PtxParts.None ? part : AddArithmetic(text);
        part = part != PtxParts.None ? part : AddMemory(text);
        if (part == PtxParts.None)
        {
            throw IsUnsupported(text) ? PtxReader.NotSupported(token, $"'{reader.Shown(token)}'") : PtxReader.Error(token, $"unknown modifier '{reader.Shown(token)}' of '{mnemonic}'");
        }

        bool repeatable = part == PtxParts.Cache;
        if ((Parts & part) != 0 && !repeatable)
        {
            throw PtxReader.Error(token, $"'{reader.Shown(token)}' says twice, or against another modifier, what '{mnemonic}' does");
        }

        Parts |= part;
    }

    private void AddType(PtxToken token, PtxType type) =>
        Modifiers = Modifiers.Type == PtxType.None ? Modifiers with { Type = type }
            : Modifiers.SourceType == PtxType.None ? Modifiers with { SourceType = type }
            : throw PtxReader.Error(token, $"one type too many behind '{mnemonic}': '{reader.Shown(token)}'");

    private PtxParts Set(PtxModifiers changed, PtxParts part)
    {
        Modifiers = changed;
        return part;
    }

    private PtxParts AddBarrier(ReadOnlySpan<char> text)
    {
        PtxModifiers now = Modifiers;
        PtxBarrierMode mode = text switch
        {
            ".sync" when now.Barrier == PtxBarrierMode.Warp => PtxBarrierMode.Warp,
            ".sync" => PtxBarrierMode.Sync,
            ".arrive" => PtxBarrierMode.Arrive,
            ".and" => PtxBarrierMode.ReduceAnd,
            ".or" => PtxBarrierMode.ReduceOr,
            ".popc" => PtxBarrierMode.ReducePopc,
            _ => PtxBarrierMode.None,
        };
        return text switch
        {
            ".warp" when now.Barrier == PtxBarrierMode.None => Set(now with { Barrier = PtxBarrierMode.Warp }, PtxParts.WarpBarrier),
            ".cta" => PtxParts.BlockOnly,
            ".red" => PtxParts.Sync,
            _ when mode != PtxBarrierMode.None => Set(now with { Barrier = mode }, PtxParts.BarrierKind),
            _ => PtxParts.None,
        };
    }

    private PtxParts AddByOpcode(ReadOnlySpan<char> text)
    {
        PtxModifiers now = Modifiers;
        if (Compares)
        {
            PtxComparison comparison = FindComparison(text);
            PtxBooleanOperation boolean = text switch { ".and" => PtxBooleanOperation.And, ".or" => PtxBooleanOperation.Or, ".xor" => PtxBooleanOperation.Xor, _ => PtxBooleanOperation.None };
            return comparison != PtxComparison.None ? Set(now with { Comparison = comparison }, PtxParts.Comparison)
                : boolean != PtxBooleanOperation.None ? Set(now with { Boolean = boolean }, PtxParts.Joined)
                : PtxParts.None;
        }

        PtxVoteMode vote = Votes ? FindVote(text) : PtxVoteMode.None;
        return vote != PtxVoteMode.None ? Set(now with { Vote = vote }, PtxParts.Vote) : mnemonic switch
        {
            "shfl" when FindShuffle(text) is not PtxShuffleMode.None and PtxShuffleMode mode => Set(now with { Shuffle = mode }, PtxParts.Shuffle),
            "shf" when text is ".l" => Set(now with { Direction = PtxShiftDirection.Left }, PtxParts.Direction),
            "shf" when text is ".r" => Set(now with { Direction = PtxShiftDirection.Right }, PtxParts.Direction),
            "prmt" when FindPermute(text) is not PtxPermuteMode.Index and PtxPermuteMode mode => Set(now with { Permute = mode }, PtxParts.Permute),
            "testp" when FindTest(text) is not PtxFloatTest.None and PtxFloatTest test => Set(now with { Test = test }, PtxParts.Test),
            "atom" or "red" or "redux" when FindAtomic(text) is not PtxAtomicOperation.None and PtxAtomicOperation atomic => Set(now with { Atomic = atomic }, PtxParts.Atomic),
            "dp2a" when text is ".lo" => PtxParts.Low,
            "dp2a" when text is ".hi" => Set(now with { HighHalf = true }, PtxParts.High),
            "brx" when text is ".idx" => PtxParts.BranchIndex,
            "prefetch" or "prefetchu" or "discard" when text is ".L1" or ".L2" => Set(now with { CacheHints = text.ToString() }, PtxParts.Level),
            _ => PtxParts.None,
        };
    }

    private PtxParts AddArithmetic(ReadOnlySpan<char> text)
    {
        PtxModifiers now = Modifiers;
        PtxRounding rounding = FindRounding(text);
        return rounding != PtxRounding.None ? Set(now with { Rounding = rounding }, PtxParts.Rounding) : text switch
        {
            ".ftz" => Set(now with { FlushToZero = true }, PtxParts.Ftz),
            ".sat" => Set(now with { Saturate = true }, PtxParts.Sat),
            ".satfinite" => Set(now with { SaturateFinite = true }, PtxParts.SatFinite),
            ".relu" => Set(now with { Relu = true }, PtxParts.Relu),
            ".NaN" => Set(now with { PropagateNaN = true }, PtxParts.NaN),
            ".xorsign" => Set(now with { XorSignAbs = true }, PtxParts.XorSign),
            ".abs" => PtxParts.Abs,
            ".approx" => Set(now with { Approximation = PtxApproximation.Approximate }, PtxParts.Approx),
            ".full" => Set(now with { Approximation = PtxApproximation.FullRange }, PtxParts.Full),
            ".cc" => Set(now with { CarryOut = true }, PtxParts.Carry),
            ".lo" => Set(now with { Part = PtxProductPart.Low }, PtxParts.Low),
            ".hi" => Set(now with { Part = PtxProductPart.High }, PtxParts.High),
            ".wide" => Set(now with { Part = PtxProductPart.Wide }, PtxParts.Wide),
            ".clamp" => PtxParts.Clamp,
            ".wrap" => Set(now with { Wrap = true }, PtxParts.Wrap),
            ".shiftamt" => Set(now with { ShiftAmount = true }, PtxParts.ShiftAmount),
            ".noftz" => PtxParts.NoFtz,
            ".uni" => Set(now with { Uniform = true }, PtxParts.Uniform),
            ".sync" => PtxParts.Sync,
            ".aligned" => Set(now with { Aligned = true }, PtxParts.Aligned),
            ".to" => Set(now with { ToSpace = true }, PtxParts.To),
            _ => PtxParts.None,
        };
    }

    private PtxParts AddMemory(ReadOnlySpan<char> text)
    {
        PtxModifiers now = Modifiers;
        PtxStateSpace space = FindSpace(text);
        PtxMemoryOrder order = FindOrder(text);
        PtxMemoryScope scope = FindScope(text);
        int width = text switch { ".v2" => 2, ".v4" => 4, ".v8" => 8, _ => 0 };
        return space != PtxStateSpace.Generic ? Set(now with { Space = space }, PtxParts.Space)
            : width != 0 ? Set(now with { VectorWidth = width }, PtxParts.Vector)
            : order == PtxMemoryOrder.Relaxed && now.Order == PtxMemoryOrder.MemoryMapped ? PtxParts.Sync
            : order != PtxMemoryOrder.None ? Set(now with { Order = order }, PtxParts.Order)
            : scope != PtxMemoryScope.None ? Set(now with { Scope = scope }, PtxParts.Scope)
            : text is ".nc" ? Set(now with { NonCoherent = true }, PtxParts.NonCoherent)
            : IsCacheHint(text) ? Set(now with { CacheHints = now.CacheHints + text.ToString() }, PtxParts.Cache)
            : PtxParts.None;
    }

    /// <summary>Modifiers of the language that no instruction here has.</summary>
    private static bool IsUnsupported(ReadOnlySpan<char> text) => text is ".pack" or ".mmio" or ".stack_unsync" || text.StartsWith(".sync_restrict", StringComparison.Ordinal)
        || text.StartsWith(".proxy", StringComparison.Ordinal) || text.StartsWith(".shared::", StringComparison.Ordinal) || text.StartsWith(".op_restrict", StringComparison.Ordinal);
}

namespace CudaNet.Emulator.Ptx;

/// <summary>How <c>set</c> and <c>setp</c> join the comparison with a predicate.</summary>
internal enum PtxBooleanOperation : byte
{
    None,
    And,
    Or,
    Xor,
}

/// <summary>Which bits of an integer product an instruction gives.</summary>
internal enum PtxProductPart : byte
{
    None,
    Low,
    High,
    Wide,
}

/// <summary>Whether a function may be off by more than rounding.</summary>
internal enum PtxApproximation : byte
{
    None,

    /// <summary><c>.approx</c></summary>
    Approximate,

    /// <summary><c>.full</c>: approximate over the full range (<c>div</c>).</summary>
    FullRange,
}

/// <summary>What <c>atom</c>, <c>red</c> and <c>redux</c> do.</summary>
internal enum PtxAtomicOperation : byte
{
    None,
    Add,
    Min,
    Max,
    Inc,
    Dec,
    And,
    Or,
    Xor,
    Exchange,
    CompareAndSwap,
}

/// <summary>Where a shuffle's lane takes its value from.</summary>
internal enum PtxShuffleMode : byte
{
    None,
    Up,
    Down,
    Butterfly,
    Index,
}

/// <summary>What a vote or match asks.</summary>
internal enum PtxVoteMode : byte
{
    None,
    All,
    Any,
    Uniform,
    Ballot,
}

/// <summary>What a <c>bar</c> or <c>barrier</c> does.</summary>
internal enum PtxBarrierMode : byte
{
    None,
    Sync,
    Arrive,
    ReduceAnd,
    ReduceOr,
    ReducePopc,

    /// <summary><c>bar.warp.sync</c></summary>
    Warp,
}

/// <summary>The direction of a funnel shift.</summary>
internal enum PtxShiftDirection : byte
{
    None,
    Left,
    Right,
}

/// <summary>The modes of <c>prmt</c>; <see cref="Index"/> is the one without a name.</summary>
internal enum PtxPermuteMode : byte
{
    Index,
    Forward4Extract,
    Backward4Extract,
    Replicate8,
    EdgeClampLeft,
    EdgeClampRight,
    Replicate16,
}

/// <summary>What <c>testp</c> asks.</summary>
internal enum PtxFloatTest : byte
{
    None,
    Finite,
    Infinite,
    Number,
    NotANumber,
    Normal,
    Subnormal,
}

/// <summary>How an access is ordered with others.</summary>
internal enum PtxMemoryOrder : byte
{
    /// <summary>Not said: the instruction's own, weak for loads and stores.</summary>
    None,
    Weak,
    Volatile,
    Relaxed,
    Acquire,
    Release,
    AcquireRelease,
    SequentiallyConsistent,
    MemoryMapped,
}

/// <summary>Which threads an ordering is for.</summary>
internal enum PtxMemoryScope : byte
{
    None,
    Block,
    Cluster,
    Device,
    System,
}

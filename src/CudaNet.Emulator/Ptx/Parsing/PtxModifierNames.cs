namespace CudaNet.Emulator.Ptx;

/// <content>The names of modifiers that stand for one of several.</content>
internal sealed partial class PtxModifierReader
{
    private static PtxRounding FindRounding(ReadOnlySpan<char> text) => text switch
    {
        ".rn" => PtxRounding.Nearest,
        ".rna" => PtxRounding.NearestAway,
        ".rz" => PtxRounding.Zero,
        ".rm" => PtxRounding.Down,
        ".rp" => PtxRounding.Up,
        ".rni" => PtxRounding.NearestInteger,
        ".rzi" => PtxRounding.ZeroInteger,
        ".rmi" => PtxRounding.DownInteger,
        ".rpi" => PtxRounding.UpInteger,
        _ => PtxRounding.None,
    };

    private static PtxComparison FindComparison(ReadOnlySpan<char> text) => text switch
    {
        ".eq" => PtxComparison.Eq,
        ".ne" => PtxComparison.Ne,
        ".lt" => PtxComparison.Lt,
        ".le" => PtxComparison.Le,
        ".gt" => PtxComparison.Gt,
        ".ge" => PtxComparison.Ge,
        ".lo" => PtxComparison.Lo,
        ".ls" => PtxComparison.Ls,
        ".hi" => PtxComparison.Hi,
        ".hs" => PtxComparison.Hs,
        ".equ" => PtxComparison.Equ,
        ".neu" => PtxComparison.Neu,
        ".ltu" => PtxComparison.Ltu,
        ".leu" => PtxComparison.Leu,
        ".gtu" => PtxComparison.Gtu,
        ".geu" => PtxComparison.Geu,
        ".num" => PtxComparison.Num,
        ".nan" => PtxComparison.NaN,
        _ => PtxComparison.None,
    };

    private static PtxVoteMode FindVote(ReadOnlySpan<char> text) => text switch
    {
        ".all" => PtxVoteMode.All,
        ".any" => PtxVoteMode.Any,
        ".uni" => PtxVoteMode.Uniform,
        ".ballot" => PtxVoteMode.Ballot,
        _ => PtxVoteMode.None,
    };

    private static PtxShuffleMode FindShuffle(ReadOnlySpan<char> text) => text switch
    {
        ".up" => PtxShuffleMode.Up,
        ".down" => PtxShuffleMode.Down,
        ".bfly" => PtxShuffleMode.Butterfly,
        ".idx" => PtxShuffleMode.Index,
        _ => PtxShuffleMode.None,
    };

    private static PtxPermuteMode FindPermute(ReadOnlySpan<char> text) => text switch
    {
        ".f4e" => PtxPermuteMode.Forward4Extract,
        ".b4e" => PtxPermuteMode.Backward4Extract,
        ".rc8" => PtxPermuteMode.Replicate8,
        ".ecl" => PtxPermuteMode.EdgeClampLeft,
        ".ecr" => PtxPermuteMode.EdgeClampRight,
        ".rc16" => PtxPermuteMode.Replicate16,
        _ => PtxPermuteMode.Index,
    };

    private static PtxFloatTest FindTest(ReadOnlySpan<char> text) => text switch
    {
        ".finite" => PtxFloatTest.Finite,
        ".infinite" => PtxFloatTest.Infinite,
        ".number" => PtxFloatTest.Number,
        ".notanumber" => PtxFloatTest.NotANumber,
        ".normal" => PtxFloatTest.Normal,
        ".subnormal" => PtxFloatTest.Subnormal,
        _ => PtxFloatTest.None,
    };

    private static PtxAtomicOperation FindAtomic(ReadOnlySpan<char> text) => text switch
    {
        ".add" => PtxAtomicOperation.Add,
        ".min" => PtxAtomicOperation.Min,
        ".max" => PtxAtomicOperation.Max,
        ".inc" => PtxAtomicOperation.Inc,
        ".dec" => PtxAtomicOperation.Dec,
        ".and" => PtxAtomicOperation.And,
        ".or" => PtxAtomicOperation.Or,
        ".xor" => PtxAtomicOperation.Xor,
        ".exch" => PtxAtomicOperation.Exchange,
        ".cas" => PtxAtomicOperation.CompareAndSwap,
        _ => PtxAtomicOperation.None,
    };

    private static PtxStateSpace FindSpace(ReadOnlySpan<char> text) => text switch
    {
        ".global" => PtxStateSpace.Global,
        ".shared" or ".shared::cta" => PtxStateSpace.Shared,
        ".const" => PtxStateSpace.Const,
        ".local" => PtxStateSpace.Local,
        ".param" or ".param::entry" or ".param::func" => PtxStateSpace.Param,
        _ => PtxStateSpace.Generic,
    };

    private static PtxMemoryOrder FindOrder(ReadOnlySpan<char> text) => text switch
    {
        ".weak" => PtxMemoryOrder.Weak,
        ".volatile" => PtxMemoryOrder.Volatile,
        ".relaxed" => PtxMemoryOrder.Relaxed,
        ".acquire" => PtxMemoryOrder.Acquire,
        ".release" => PtxMemoryOrder.Release,
        ".acq_rel" => PtxMemoryOrder.AcquireRelease,
        ".sc" => PtxMemoryOrder.SequentiallyConsistent,
        ".mmio" => PtxMemoryOrder.MemoryMapped,
        _ => PtxMemoryOrder.None,
    };

    private PtxMemoryScope FindScope(ReadOnlySpan<char> text) => text switch
    {
        ".cta" => PtxMemoryScope.Block,
        ".cluster" => PtxMemoryScope.Cluster,
        ".gpu" => PtxMemoryScope.Device,
        ".gl" when mnemonic == "membar" => PtxMemoryScope.Device,
        ".sys" => PtxMemoryScope.System,
        _ => PtxMemoryScope.None,
    };

    private static bool IsCacheHint(ReadOnlySpan<char> text) => text is ".ca" or ".cg" or ".cs" or ".lu" or ".cv" or ".wb" or ".wt"
        or ".L1::evict_normal" or ".L1::evict_unchanged" or ".L1::evict_first" or ".L1::evict_last" or ".L1::no_allocate"
        or ".L2::evict_normal" or ".L2::evict_first" or ".L2::evict_last" or ".L2::64B" or ".L2::128B" or ".L2::256B";
}

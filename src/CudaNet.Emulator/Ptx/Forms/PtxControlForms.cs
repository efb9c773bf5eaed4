using static CudaNet.Emulator.Ptx.PtxParts;

namespace CudaNet.Emulator.Ptx;

/// <summary>Branches, calls, barriers, and what the threads of a warp do together.</summary>
internal static class PtxControlForms
{
    public static IEnumerable<PtxForm> All() => [.. Flow(), .. Barriers(), .. Warp()];

    private static IEnumerable<PtxForm> Flow()
    {
        PtxTypeSet none = PtxTypeSet.None;
        yield return new("bra", PtxOpcode.Bra, none, "label") { Optional = Uniform };
        yield return new("brx", PtxOpcode.BrxIdx, none, "u32 targets") { Required = BranchIndex, Optional = Uniform, Since = new(30, 6, 0) };
        yield return new("call", PtxOpcode.Call, none, "call") { Optional = Uniform };
        yield return new("ret", PtxOpcode.Ret, none, "") { Optional = Uniform };
        yield return new("exit", PtxOpcode.Exit, none, "");
        yield return new("trap", PtxOpcode.Trap, none, "");
        yield return new("brkpt", PtxOpcode.Brkpt, none, "");
        yield return new("nanosleep", PtxOpcode.Nanosleep, PtxTypeSet.Of(PtxType.U32), "T") { Since = new(70, 6, 2) };
    }

    private static IEnumerable<PtxForm> Barriers()
    {
        PtxSince barrier = new(30, 6, 0);
        foreach ((string name, PtxParts optional, PtxSince since) in new[] { ("bar", BlockOnly, default(PtxSince)), ("barrier", BlockOnly | Aligned, barrier) })
        {
            PtxForm form = new(name, PtxOpcode.Bar, PtxTypeSet.None, "bar ?threads") { Required = BarrierKind, Optional = optional, Since = since };
            yield return form with { Check = m => m.Barrier == PtxBarrierMode.Sync ? null : WrongBarrier };
            yield return new(name, PtxOpcode.Bar, PtxTypeSet.None, "bar threads") { Required = BarrierKind, Optional = optional, Since = since, Check = m => m.Barrier == PtxBarrierMode.Arrive ? null : WrongBarrier };
            yield return new(name, PtxOpcode.Bar, PtxTypeSet.Of(PtxType.U32), "=T bar ?threads p") { Required = BarrierKind | Sync, Optional = optional, Since = since, Check = m => m.Barrier == PtxBarrierMode.ReducePopc ? null : WrongBarrier };
            yield return new(name, PtxOpcode.Bar, PtxTypeSet.Of(PtxType.Pred), "=T bar ?threads p")
            {
                Required = BarrierKind | Sync,
                Optional = optional,
                Since = since,
                Check = m => m.Barrier is PtxBarrierMode.ReduceAnd or PtxBarrierMode.ReduceOr ? null : WrongBarrier,
            };
        }

        yield return new("bar", PtxOpcode.Bar, PtxTypeSet.None, "b32") { Required = BarrierKind | WarpBarrier, Since = barrier, Check = m => m.Barrier == PtxBarrierMode.Warp ? null : WrongBarrier };
    }

    private const string WrongBarrier = "a barrier is '.sync', '.arrive', '.red.popc.u32', '.red.and.pred', '.red.or.pred' or '.warp.sync'";

    private static IEnumerable<PtxForm> Warp()
    {
        PtxTypeSet word = PtxTypeSet.Of(PtxType.B32);
        PtxSince sync = new(30, 6, 0);
        yield return new("shfl", PtxOpcode.Shfl, word, "=T|p T u32 u32 u32") { Required = Shuffle | Sync, Since = sync };
        yield return new("vote", PtxOpcode.Vote, PtxTypeSet.Of(PtxType.Pred), "=T p b32") { Required = Vote | Sync, Since = sync, Check = m => m.Vote == PtxVoteMode.Ballot ? "'vote.ballot' has the type '.b32'" : null };
        yield return new("vote", PtxOpcode.Vote, word, "=T p b32") { Required = Vote | Sync, Since = sync, Check = m => m.Vote == PtxVoteMode.Ballot ? null : "'vote.all', '.any' and '.uni' have the type '.pred'" };
        PtxTypeSet words = PtxTypeSet.Of(PtxType.B32, PtxType.B64);
        yield return new("match", PtxOpcode.Match, words, "=b32|p T b32") { Required = Vote | Sync, Since = PtxSince.Sm70, Check = m => m.Vote is PtxVoteMode.All or PtxVoteMode.Any ? null : "'match' is '.any' or '.all'" };
        yield return new("activemask", PtxOpcode.ActiveMask, word, "=T") { Since = new(30, 6, 2) };
        yield return new("redux", PtxOpcode.Redux, PtxTypeSet.Integers32, "=T T b32") { Required = Atomic | Sync, Since = PtxSince.Sm80, Check = m => m.Atomic is PtxAtomicOperation.Add or PtxAtomicOperation.Min or PtxAtomicOperation.Max ? null : "'redux' of integers is '.add', '.min' or '.max'" };
        yield return new("redux", PtxOpcode.Redux, word, "=T T b32") { Required = Atomic | Sync, Since = PtxSince.Sm80, Check = m => m.Atomic is PtxAtomicOperation.And or PtxAtomicOperation.Or or PtxAtomicOperation.Xor ? null : "'redux' of bits is '.and', '.or' or '.xor'" };
        yield return new("elect", PtxOpcode.ElectSync, PtxTypeSet.None, "=b32|p b32") { Required = Sync, Since = new(90, 8, 0) };
    }
}

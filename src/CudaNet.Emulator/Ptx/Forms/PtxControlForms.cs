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

    private const string WrongBarrier = "a barrier is '.sync', '.arrive', '.red.popc.u32', '.red.and.pred', '.red.or.pred' or '.warp.sync'";

    private static Func<PtxModifiers, string?> Barrier(params PtxBarrierMode[] modes) => modifiers => modes.Contains(modifiers.Barrier) ? null : WrongBarrier;

    private static Func<PtxModifiers, string?> Votes(string otherwise, params PtxVoteMode[] modes) => modifiers => modes.Contains(modifiers.Vote) ? null : otherwise;

    private static Func<PtxModifiers, string?> Reduces(string otherwise, params PtxAtomicOperation[] operations) => modifiers => operations.Contains(modifiers.Atomic) ? null : otherwise;

    private static IEnumerable<PtxForm> Barriers()
    {
        PtxSince barrier = new(30, 6, 0);
        foreach ((string name, PtxParts optional, PtxSince since) in new[] { ("bar", BlockOnly, default(PtxSince)), ("barrier", BlockOnly | Aligned, barrier) })
        {
            PtxForm form = new(name, PtxOpcode.Bar, PtxTypeSet.None, "bar ?threads") { Required = BarrierKind, Optional = optional, Since = since, Check = Barrier(PtxBarrierMode.Sync) };
            PtxForm reduction = new(name, PtxOpcode.Bar, PtxTypeSet.Of(PtxType.U32), "=T bar ?threads p") { Required = BarrierKind | Sync, Optional = optional, Since = since, Check = Barrier(PtxBarrierMode.ReducePopc) };
            yield return form;
            yield return new(name, PtxOpcode.Bar, PtxTypeSet.None, "bar threads") { Required = BarrierKind, Optional = optional, Since = since, Check = Barrier(PtxBarrierMode.Arrive) };
            yield return reduction;
            yield return reduction with { Types = PtxTypeSet.Of(PtxType.Pred), Check = Barrier(PtxBarrierMode.ReduceAnd, PtxBarrierMode.ReduceOr) };
        }

        yield return new("bar", PtxOpcode.Bar, PtxTypeSet.None, "b32") { Required = BarrierKind | WarpBarrier, Since = barrier, Check = Barrier(PtxBarrierMode.Warp) };
    }

    private static IEnumerable<PtxForm> Warp()
    {
        PtxTypeSet word = PtxTypeSet.Of(PtxType.B32);
        PtxSince sync = new(30, 6, 0);
        yield return new("shfl", PtxOpcode.Shfl, word, "=T|p T u32 u32 u32") { Required = Shuffle | Sync, Since = sync };
        PtxForm vote = new("vote", PtxOpcode.Vote, word, "=T p b32") { Required = Vote | Sync, Since = sync, Check = Votes("'vote.all', '.any' and '.uni' have the type '.pred'", PtxVoteMode.Ballot) };
        yield return vote;
        yield return vote with { Types = PtxTypeSet.Of(PtxType.Pred), Check = Votes("'vote.ballot' has the type '.b32'", PtxVoteMode.All, PtxVoteMode.Any, PtxVoteMode.Uniform) };
        yield return new("match", PtxOpcode.Match, PtxTypeSet.Of(PtxType.B32, PtxType.B64), "=b32|p T b32")
        {
            Required = Vote | Sync,
            Since = PtxSince.Sm70,
            Check = Votes("'match' is '.any' or '.all'", PtxVoteMode.All, PtxVoteMode.Any),
        };
        yield return new("activemask", PtxOpcode.ActiveMask, word, "=T") { Since = new(30, 6, 2) };
        PtxForm redux = new("redux", PtxOpcode.Redux, PtxTypeSet.Integers32, "=T T b32") { Required = Atomic | Sync, Since = PtxSince.Sm80 };
        yield return redux with { Check = Reduces("'redux' of integers is '.add', '.min' or '.max'", PtxAtomicOperation.Add, PtxAtomicOperation.Min, PtxAtomicOperation.Max) };
        yield return redux with { Types = word, Check = Reduces("'redux' of bits is '.and', '.or' or '.xor'", PtxAtomicOperation.And, PtxAtomicOperation.Or, PtxAtomicOperation.Xor) };
        yield return new("elect", PtxOpcode.ElectSync, PtxTypeSet.None, "=b32|p b32") { Required = Sync, Since = new(90, 8, 0) };
    }
}

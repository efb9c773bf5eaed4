using static CudaNet.Emulator.Ptx.PtxParts;

namespace CudaNet.Emulator.Ptx;

/// <summary>Moves, loads, stores, atomics and addresses.</summary>
internal static class PtxMemoryForms
{
    private static readonly PtxTypeSet AddressType = PtxTypeSet.Of(PtxType.U64);

    public static IEnumerable<PtxForm> All() => [.. Moves(), .. Loads(), .. Stores(), .. Atomics(), .. Hints()];

    private static IEnumerable<PtxForm> Moves()
    {
        yield return new("mov", PtxOpcode.Mov, PtxTypeSet.Untyped | PtxTypeSet.Integers | PtxTypeSet.Floats | PtxTypeSet.Of(PtxType.Pred), "=mov mov");
        yield return new("mov", PtxOpcode.Mov, PtxTypeSet.Of(PtxType.B128), "=mov mov") { Since = new(70, 8, 3) };
        yield return new("cvta", PtxOpcode.Cvta, AddressType, "=T ptr") { Required = Space };
        yield return new("cvta", PtxOpcode.Cvta, AddressType, "=T T") { Required = Space | To };
        yield return new("isspacep", PtxOpcode.IsSpaceP, PtxTypeSet.None, "=pred ptr") { Required = Space };
    }

    private static IEnumerable<PtxForm> Loads()
    {
        PtxForm load = new("ld", PtxOpcode.Ld, PtxTypeSet.Memory, "=ld [a]") { Check = PtxMemoryRules.CheckLoad };
        yield return load with { Optional = Space | Vector | Cache };
        yield return load with { Required = Space | NonCoherent, Optional = Vector | Cache };
        yield return load with { Required = Order, Optional = Space | Vector | Cache };
        yield return load with { Required = Order | Scope, Optional = Space | Vector | Cache, Since = PtxSince.Sm70 };
        yield return load with { Required = Order | Scope | Sync, Optional = Space | Vector, Since = new(70, 8, 2) };
        yield return new("ldu", PtxOpcode.Ld, PtxTypeSet.Memory, "=ld [a]") { Optional = Space | Vector, Check = PtxMemoryRules.CheckLoad };
    }

    private static IEnumerable<PtxForm> Stores()
    {
        PtxForm store = new("st", PtxOpcode.St, PtxTypeSet.Memory, "[a] st") { Check = PtxMemoryRules.CheckStore };
        yield return store with { Optional = Space | Vector | Cache };
        yield return store with { Required = Order, Optional = Space | Vector | Cache };
        yield return store with { Required = Order | Scope, Optional = Space | Vector | Cache, Since = PtxSince.Sm70 };
        yield return store with { Required = Order | Scope | Sync, Optional = Space | Vector, Since = new(70, 8, 2) };
    }

    private static IEnumerable<PtxForm> Atomics()
    {
        foreach ((string name, PtxOpcode opcode, string pattern) in new[] { ("atom", PtxOpcode.Atom, "=T|_ [a] T"), ("red", PtxOpcode.Red, "[a] T") })
        {
            PtxForm form = new(name, opcode, PtxTypeSet.Integers3264 | PtxTypeSet.Of(PtxType.F32, PtxType.B32, PtxType.B64), pattern)
            {
                Required = Atomic,
                Optional = Space | Order | Scope,
                Check = opcode == PtxOpcode.Atom ? PtxMemoryRules.CheckAtomic : PtxMemoryRules.CheckReduction,
            };
            yield return form;
            yield return form with { Types = PtxTypeSet.Of(PtxType.F64), Since = new(60, 5, 0) };
            yield return form with { Types = PtxTypeSet.Of(PtxType.F16x2), Required = Atomic | NoFtz, Since = new(60, 6, 2) };
            yield return form with { Types = PtxTypeSet.Of(PtxType.F16), Required = Atomic | NoFtz, Since = new(70, 6, 3) };
            yield return form with { Types = PtxTypeSet.Brains, Required = Atomic | NoFtz, Since = PtxSince.Sm90 };
        }

        PtxForm swap = new("atom", PtxOpcode.Atom, PtxTypeSet.Of(PtxType.B32, PtxType.B64), "=T|_ [a] T T")
        {
            Required = Atomic,
            Optional = Space | Order | Scope,
            Check = PtxMemoryRules.CheckCompareAndSwap,
        };
        yield return swap;
        yield return swap with { Types = PtxTypeSet.Of(PtxType.B16), Since = new(70, 6, 3) };
    }

    private static IEnumerable<PtxForm> Hints()
    {
        yield return new("prefetch", PtxOpcode.Prefetch, PtxTypeSet.None, "[a]") { Required = Level, Optional = Space, Check = PtxMemoryRules.CheckPrefetch };
        yield return new("prefetchu", PtxOpcode.Prefetch, PtxTypeSet.None, "[a]") { Required = Level, Check = PtxMemoryRules.CheckPrefetch };
        yield return new("discard", PtxOpcode.Discard, PtxTypeSet.None, "[a] size") { Required = Level, Optional = Space, Since = new(80, 7, 4), Check = PtxMemoryRules.CheckPrefetch };
        yield return new("membar", PtxOpcode.Membar, PtxTypeSet.None, "") { Required = Scope, Check = PtxMemoryRules.CheckMembar };
        yield return new("fence", PtxOpcode.Fence, PtxTypeSet.None, "") { Required = Scope, Optional = Order, Since = PtxSince.Sm70, Check = PtxMemoryRules.CheckFence };
    }
}

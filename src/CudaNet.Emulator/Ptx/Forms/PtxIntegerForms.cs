using static CudaNet.Emulator.Ptx.PtxParts;

namespace CudaNet.Emulator.Ptx;

/// <summary>Integer arithmetic, bits and bytes.</summary>
internal static class PtxIntegerForms
{
    public static IEnumerable<PtxForm> All() => [.. Sums(), .. Products(), .. Others(), .. Bits()];

    private static IEnumerable<PtxForm> Sums()
    {
        foreach ((string name, PtxOpcode opcode) in new[] { ("add", PtxOpcode.Add), ("sub", PtxOpcode.Sub) })
        {
            yield return new(name, opcode, PtxTypeSet.Integers, "=T T T");
            yield return new(name, opcode, PtxTypeSet.Of(PtxType.S32), "=T T T") { Required = Sat };
            yield return new(name, opcode, PtxTypeSet.Integers3264, "=T T T") { Required = Carry };
        }

        yield return new("addc", PtxOpcode.AddC, PtxTypeSet.Integers3264, "=T T T") { Optional = Carry };
        yield return new("subc", PtxOpcode.SubC, PtxTypeSet.Integers3264, "=T T T") { Optional = Carry };
    }

    private static IEnumerable<PtxForm> Products()
    {
        PtxTypeSet widening = PtxTypeSet.Of(PtxType.U16, PtxType.S16, PtxType.U32, PtxType.S32);
        foreach (PtxParts half in new[] { Low, High })
        {
            yield return new("mul", PtxOpcode.Mul, PtxTypeSet.Integers, "=T T T") { Required = half };
            yield return new("mad", PtxOpcode.Mad, PtxTypeSet.Integers, "=T T T T") { Required = half };
            yield return new("mad", PtxOpcode.Mad, PtxTypeSet.Integers3264, "=T T T T") { Required = half | Carry };
            yield return new("madc", PtxOpcode.MadC, PtxTypeSet.Integers3264, "=T T T T") { Required = half, Optional = Carry };
            yield return new("mul24", PtxOpcode.Mul24, PtxTypeSet.Integers32, "=T T T") { Required = half };
            yield return new("mad24", PtxOpcode.Mad24, PtxTypeSet.Integers32, "=T T T T") { Required = half };
        }

        yield return new("mul", PtxOpcode.Mul, widening, "=W T T") { Required = Wide };
        yield return new("mad", PtxOpcode.Mad, widening, "=W T T W") { Required = Wide };
        yield return new("mad", PtxOpcode.Mad, PtxTypeSet.Of(PtxType.S32), "=T T T T") { Required = High | Sat };
        yield return new("mad24", PtxOpcode.Mad24, PtxTypeSet.Of(PtxType.S32), "=T T T T") { Required = High | Sat };
        yield return new("dp4a", PtxOpcode.Dp4a, PtxTypeSet.Integers32, "=s32 b32 b32 s32") { Sources = PtxTypeSet.Integers32 };
        yield return new("dp2a", PtxOpcode.Dp2a, PtxTypeSet.Integers32, "=s32 b32 b32 s32") { Sources = PtxTypeSet.Integers32, Required = Low };
        yield return new("dp2a", PtxOpcode.Dp2a, PtxTypeSet.Integers32, "=s32 b32 b32 s32") { Sources = PtxTypeSet.Integers32, Required = High };
    }

    private static IEnumerable<PtxForm> Others()
    {
        PtxTypeSet signed = PtxTypeSet.Of(PtxType.S16, PtxType.S32, PtxType.S64);
        yield return new("div", PtxOpcode.Div, PtxTypeSet.Integers, "=T T T");
        yield return new("rem", PtxOpcode.Rem, PtxTypeSet.Integers, "=T T T");
        yield return new("abs", PtxOpcode.Abs, signed, "=T T");
        yield return new("neg", PtxOpcode.Neg, signed, "=T T");
        yield return new("min", PtxOpcode.Min, PtxTypeSet.Integers, "=T T T");
        yield return new("max", PtxOpcode.Max, PtxTypeSet.Integers, "=T T T");
        yield return new("min", PtxOpcode.Min, PtxTypeSet.Of(PtxType.S32), "=T T T") { Required = Relu, Since = new(90, 8, 0) };
        yield return new("max", PtxOpcode.Max, PtxTypeSet.Of(PtxType.S32), "=T T T") { Required = Relu, Since = new(90, 8, 0) };
        yield return new("sad", PtxOpcode.Sad, PtxTypeSet.Integers, "=T T T T");
    }

    private static IEnumerable<PtxForm> Bits()
    {
        PtxTypeSet words = PtxTypeSet.Of(PtxType.B32, PtxType.B64);
        PtxTypeSet logical = PtxTypeSet.Untyped | PtxTypeSet.Of(PtxType.Pred);
        PtxTypeSet word = PtxTypeSet.Of(PtxType.B32);
        yield return new("and", PtxOpcode.And, logical, "=T T T");
        yield return new("or", PtxOpcode.Or, logical, "=T T T");
        yield return new("xor", PtxOpcode.Xor, logical, "=T T T");
        yield return new("not", PtxOpcode.Not, logical, "=T T");
        yield return new("cnot", PtxOpcode.CNot, PtxTypeSet.Untyped, "=T T");
        yield return new("lop3", PtxOpcode.Lop3, word, "=T T T T lut");
        yield return new("shl", PtxOpcode.Shl, PtxTypeSet.Untyped, "=T T u32");
        yield return new("shr", PtxOpcode.Shr, PtxTypeSet.Untyped | PtxTypeSet.Integers, "=T T u32");
        yield return new("shf", PtxOpcode.Shf, word, "=T T T u32") { Required = Direction | Clamp };
        yield return new("shf", PtxOpcode.Shf, word, "=T T T u32") { Required = Direction | Wrap };
        yield return new("popc", PtxOpcode.Popc, words, "=u32 T");
        yield return new("clz", PtxOpcode.Clz, words, "=u32 T");
        yield return new("brev", PtxOpcode.Brev, words, "=T T");
        yield return new("bfind", PtxOpcode.Bfind, PtxTypeSet.Integers3264, "=u32 T") { Optional = ShiftAmount };
        yield return new("bfe", PtxOpcode.Bfe, PtxTypeSet.Integers3264, "=T T u32 u32");
        yield return new("bfi", PtxOpcode.Bfi, words, "=T T T u32 u32");
        yield return new("fns", PtxOpcode.Fns, word, "=T T T s32") { Since = PtxSince.Sm70 };
        yield return new("bmsk", PtxOpcode.Bmsk, word, "=T u32 u32") { Required = Clamp, Since = new(70, 7, 6) };
        yield return new("bmsk", PtxOpcode.Bmsk, word, "=T u32 u32") { Required = Wrap, Since = new(70, 7, 6) };
        yield return new("szext", PtxOpcode.SzExt, PtxTypeSet.Integers32, "=T T u32") { Required = Clamp, Since = new(70, 7, 6) };
        yield return new("szext", PtxOpcode.SzExt, PtxTypeSet.Integers32, "=T T u32") { Required = Wrap, Since = new(70, 7, 6) };
        yield return new("prmt", PtxOpcode.Prmt, word, "=T T T T") { Optional = Permute };
    }
}

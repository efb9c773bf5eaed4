using static CudaNet.Emulator.Ptx.PtxParts;

namespace CudaNet.Emulator.Ptx;

/// <summary>The conversions between types. Those that can lose bits of a float must say how they round, the others must not.</summary>
internal static class PtxConvertForms
{
    private static readonly PtxTypeSet Integers = PtxTypeSet.Integers | PtxTypeSet.Of(PtxType.U8, PtxType.S8);
    private static readonly PtxTypeSet Floats = PtxTypeSet.Of(PtxType.F16, PtxType.F32, PtxType.F64);
    private static readonly PtxTypeSet Half = PtxTypeSet.Of(PtxType.F16);
    private static readonly PtxTypeSet Brain = PtxTypeSet.Of(PtxType.BF16);
    private static readonly PtxTypeSet Single = PtxTypeSet.Of(PtxType.F32);
    private static readonly PtxTypeSet Double = PtxTypeSet.Of(PtxType.F64);

    public static IEnumerable<PtxForm> All() => [.. Integral(), .. Floating(), .. BrainFloats(), .. Packed()];

    private static PtxForm Convert(PtxTypeSet to, PtxTypeSet from) => new("cvt", PtxOpcode.Cvt, to, "=cvt cvt") { Sources = from, Check = FtzNeedsSingle };

    private static string? FtzNeedsSingle(PtxModifiers modifiers) =>
        modifiers.FlushToZero && modifiers.Type != PtxType.F32 && modifiers.SourceType != PtxType.F32 ? "'.ftz' needs '.f32' on one side of 'cvt'" : null;

    private static IEnumerable<PtxForm> Integral()
    {
        yield return Convert(Integers, Integers) with { Optional = Sat };
        yield return Convert(Floats, Integers) with { Required = Rounding, Optional = Ftz | Sat };
        yield return Convert(Integers, Floats) with { Required = Rounding, Roundings = PtxRoundings.Integer, Optional = Ftz | Sat };
        yield return Convert(Brain, Integers) with { Required = Rounding, Since = PtxSince.Sm90 };
        yield return Convert(Integers, Brain) with { Required = Rounding, Roundings = PtxRoundings.Integer, Since = PtxSince.Sm90 };
    }

    private static IEnumerable<PtxForm> Floating()
    {
        yield return Convert(Half, Single | Double) with { Required = Rounding, Optional = Ftz | Sat };
        yield return Convert(Single, Double) with { Required = Rounding, Optional = Ftz | Sat };
        yield return Convert(Half, Single) with { Required = Rounding | Relu, Roundings = PtxRoundings.NearestOrZero, Since = PtxSince.Sm80 };
        yield return Convert(Single, Half) with { Optional = Ftz | Sat };
        yield return Convert(Double, Half | Single) with { Optional = Ftz | Sat };
        foreach (PtxTypeSet same in new[] { Half, Single, Double })
        {
            yield return Convert(same, same) with { Optional = Rounding | Ftz | Sat, Roundings = PtxRoundings.Integer };
        }
    }

    private static IEnumerable<PtxForm> BrainFloats()
    {
        yield return Convert(Brain, Single) with { Required = Rounding, Roundings = PtxRoundings.NearestOrZero, Optional = Relu, Since = PtxSince.Sm80 };
        yield return Convert(Brain, Half | Double) with { Required = Rounding, Since = PtxSince.Sm90 };
        yield return Convert(Single, Brain) with { Since = new(80, 7, 1) };
        yield return Convert(Single, Brain) with { Required = Ftz, Since = PtxSince.Sm90 };
        yield return Convert(Half, Brain) with { Required = Rounding, Since = PtxSince.Sm90 };
        yield return Convert(Double, Brain) with { Since = PtxSince.Sm90 };
        yield return Convert(Brain, Brain) with { Optional = Rounding, Roundings = PtxRoundings.Integer, Since = PtxSince.Sm90 };
    }

    private static IEnumerable<PtxForm> Packed()
    {
        PtxTypeSet pairs = PtxTypeSet.Of(PtxType.F16x2, PtxType.BF16x2);
        PtxTypeSet tensor = PtxTypeSet.Of(PtxType.TF32);
        yield return new("cvt", PtxOpcode.Cvt, pairs, "=T S S") { Sources = Single, Required = Rounding, Roundings = PtxRoundings.NearestOrZero, Optional = Relu, Since = PtxSince.Sm80 };
        yield return new("cvt", PtxOpcode.Cvt, tensor, "=T S") { Sources = Single, Required = Rounding, Roundings = PtxRoundings.NearestAway, Since = PtxSince.Sm80 };
        yield return new("cvt", PtxOpcode.Cvt, tensor, "=T S") { Sources = Single, Required = Rounding, Roundings = PtxRoundings.NearestOrZero, Optional = Relu, Since = PtxSince.Sm90 };
    }
}

using static CudaNet.Emulator.Ptx.PtxParts;

namespace CudaNet.Emulator.Ptx;

/// <summary>Comparisons and selections.</summary>
internal static class PtxCompareForms
{
    private static readonly PtxTypeSet Comparable = PtxTypeSet.Untyped | PtxTypeSet.Integers | PtxTypeSet.Floats;

    public static IEnumerable<PtxForm> All() => [.. ToPredicates(), .. ToValues(), .. Selections()];

    private static string? CheckPredicate(PtxModifiers modifiers) => Check(modifiers.Comparison, modifiers.Type);

    private static string? CheckValue(PtxModifiers modifiers) => Check(modifiers.Comparison, modifiers.SourceType)
        ?? (modifiers.FlushToZero && modifiers.SourceType is PtxType.B16 or PtxType.B32 or PtxType.B64 ? "'.ftz' needs floats to compare" : null);

    private static string? Check(PtxComparison comparison, PtxType type)
    {
        bool fits = comparison switch
        {
            PtxComparison.Eq or PtxComparison.Ne => true,
            PtxComparison.Lt or PtxComparison.Le or PtxComparison.Gt or PtxComparison.Ge => !type.IsUntyped(),
            PtxComparison.Lo or PtxComparison.Ls or PtxComparison.Hi or PtxComparison.Hs => type.IsUnsigned(),
            _ => type.IsFloat(),
        };
        return fits ? null : $"the comparison '.{comparison.ToString().ToLowerInvariant()}' is not for the type '{type.Text()}'";
    }

    private static IEnumerable<PtxForm> ToPredicates()
    {
        foreach (bool joined in new[] { false, true })
        {
            PtxParts required = joined ? Comparison | Joined : Comparison;
            string pattern = joined ? "=p|q T T p" : "=p|q T T";
            PtxForm form = new("setp", PtxOpcode.Setp, PtxTypeSet.Untyped | PtxTypeSet.Integers | PtxTypeSet.Of(PtxType.F64), pattern) { Required = required, Check = CheckPredicate };
            yield return form;
            yield return form with { Types = PtxTypeSet.Of(PtxType.F32), Optional = Ftz };
            yield return form with { Types = PtxTypeSet.Halves, Optional = Ftz, Since = new(53, 4, 2) };
            yield return form with { Types = PtxTypeSet.Brains, Since = PtxSince.Sm90 };
        }
    }

    private static IEnumerable<PtxForm> ToValues()
    {
        foreach (bool joined in new[] { false, true })
        {
            PtxParts required = joined ? Comparison | Joined : Comparison;
            PtxForm form = new("set", PtxOpcode.Set, PtxTypeSet.Of(PtxType.U32, PtxType.S32, PtxType.F32), joined ? "=T S S p" : "=T S S") { Required = required, Check = CheckValue };
            yield return form with { Sources = PtxTypeSet.Untyped | PtxTypeSet.Integers | PtxTypeSet.Of(PtxType.F64) };
            yield return form with { Sources = PtxTypeSet.Of(PtxType.F32), Optional = Ftz };
            PtxTypeSet half = PtxTypeSet.Of(PtxType.F16);
            PtxTypeSet pair = PtxTypeSet.Of(PtxType.F16x2);
            PtxTypeSet masks = PtxTypeSet.Of(PtxType.U16, PtxType.S16, PtxType.U32, PtxType.S32);
            yield return form with { Types = half | masks, Sources = half, Optional = Ftz, Since = new(53, 4, 2) };
            yield return form with { Types = pair | PtxTypeSet.Integers32, Sources = pair, Optional = Ftz, Since = new(53, 4, 2) };
        }
    }

    private static IEnumerable<PtxForm> Selections()
    {
        yield return new("selp", PtxOpcode.Selp, Comparable, "=T T T p");
        yield return new("slct", PtxOpcode.Slct, Comparable, "=T T T S") { Sources = PtxTypeSet.Of(PtxType.S32) };
        yield return new("slct", PtxOpcode.Slct, Comparable, "=T T T S") { Sources = PtxTypeSet.Of(PtxType.F32), Optional = Ftz };
    }
}

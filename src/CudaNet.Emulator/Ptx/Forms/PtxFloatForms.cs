using static CudaNet.Emulator.Ptx.PtxParts;

namespace CudaNet.Emulator.Ptx;

/// <summary>Arithmetic of fp32 and fp64, and of fp32 pairs.</summary>
internal static class PtxFloatForms
{
    private static readonly PtxTypeSet Single = PtxTypeSet.Of(PtxType.F32);
    private static readonly PtxTypeSet Double = PtxTypeSet.Of(PtxType.F64);
    private static readonly PtxTypeSet Pair = PtxTypeSet.Of(PtxType.F32x2);
    private static readonly PtxSince Sm100 = new(100, 8, 6);

    public static IEnumerable<PtxForm> All() => [.. Sums(), .. Fused(), .. Quotients(), .. Signs(), .. Extremes(), .. Functions()];

    private static IEnumerable<PtxForm> Sums()
    {
        foreach ((string name, PtxOpcode opcode) in new[] { ("add", PtxOpcode.Add), ("sub", PtxOpcode.Sub), ("mul", PtxOpcode.Mul) })
        {
            yield return new(name, opcode, Single, "=T T T") { Optional = Rounding | Ftz | Sat };
            yield return new(name, opcode, Double, "=T T T") { Optional = Rounding };
            yield return new(name, opcode, Pair, "=T T T") { Optional = Rounding | Ftz, Since = Sm100 };
        }

        PtxTypeSet mixed = PtxTypeSet.Of(PtxType.F16, PtxType.BF16);
        yield return new("add", PtxOpcode.Add, Single, "=T S T") { Sources = mixed, Optional = Rounding | Sat, Since = Sm100 };
        yield return new("sub", PtxOpcode.Sub, Single, "=T S T") { Sources = mixed, Optional = Rounding | Sat, Since = Sm100 };
        yield return new("fma", PtxOpcode.Fma, Single, "=T S S T") { Sources = mixed, Required = Rounding, Optional = Sat, Since = Sm100 };
    }

    private static IEnumerable<PtxForm> Fused()
    {
        foreach ((string name, PtxOpcode opcode) in new[] { ("fma", PtxOpcode.Fma), ("mad", PtxOpcode.Mad) })
        {
            yield return new(name, opcode, Single, "=T T T T") { Required = Rounding, Optional = Ftz | Sat };
            yield return new(name, opcode, Double, "=T T T T") { Required = Rounding };
        }

        yield return new("fma", PtxOpcode.Fma, Pair, "=T T T T") { Required = Rounding, Optional = Ftz, Since = Sm100 };
    }

    private static IEnumerable<PtxForm> Quotients()
    {
        yield return new("div", PtxOpcode.Div, Single, "=T T T") { Required = Rounding, Optional = Ftz };
        yield return new("div", PtxOpcode.Div, Single, "=T T T") { Required = Approx, Optional = Ftz };
        yield return new("div", PtxOpcode.Div, Single, "=T T T") { Required = Full, Optional = Ftz };
        yield return new("div", PtxOpcode.Div, Double, "=T T T") { Required = Rounding };
        foreach ((string name, PtxOpcode opcode) in new[] { ("rcp", PtxOpcode.Rcp), ("sqrt", PtxOpcode.Sqrt) })
        {
            yield return new(name, opcode, Single, "=T T") { Required = Rounding, Optional = Ftz };
            yield return new(name, opcode, Single, "=T T") { Required = Approx, Optional = Ftz };
            yield return new(name, opcode, Double, "=T T") { Required = Rounding };
        }

        yield return new("rcp", PtxOpcode.Rcp, Double, "=T T") { Required = Approx | Ftz };
        yield return new("rsqrt", PtxOpcode.Rsqrt, PtxTypeSet.Floats, "=T T") { Required = Approx, Optional = Ftz };
    }

    private static IEnumerable<PtxForm> Signs()
    {
        foreach ((string name, PtxOpcode opcode) in new[] { ("abs", PtxOpcode.Abs), ("neg", PtxOpcode.Neg) })
        {
            yield return new(name, opcode, Single, "=T T") { Optional = Ftz };
            yield return new(name, opcode, Double, "=T T");
        }

        yield return new("copysign", PtxOpcode.CopySign, PtxTypeSet.Floats, "=T T T");
        yield return new("testp", PtxOpcode.Testp, PtxTypeSet.Floats, "=pred T") { Required = Test };
    }

    private static IEnumerable<PtxForm> Extremes()
    {
        foreach ((string name, PtxOpcode opcode) in new[] { ("min", PtxOpcode.Min), ("max", PtxOpcode.Max) })
        {
            yield return new(name, opcode, Single, "=T T T") { Optional = Ftz };
            yield return new(name, opcode, Single, "=T T T") { Required = NaN, Optional = Ftz, Since = PtxSince.Sm80 };
            yield return new(name, opcode, Single, "=T T T") { Required = XorSign | Abs, Optional = Ftz | NaN, Since = new(86, 7, 2) };
            yield return new(name, opcode, Double, "=T T T");
        }
    }

    private static IEnumerable<PtxForm> Functions()
    {
        foreach ((string name, PtxOpcode opcode) in new[] { ("sin", PtxOpcode.Sin), ("cos", PtxOpcode.Cos), ("lg2", PtxOpcode.Lg2), ("ex2", PtxOpcode.Ex2) })
        {
            yield return new(name, opcode, Single, "=T T") { Required = Approx, Optional = Ftz };
        }

        yield return new("tanh", PtxOpcode.Tanh, Single, "=T T") { Required = Approx, Since = new(75, 7, 0) };
    }
}

using static CudaNet.Emulator.Ptx.PtxParts;

namespace CudaNet.Emulator.Ptx;

/// <summary>Arithmetic of fp16 and bf16, single and in pairs.</summary>
internal static class PtxHalfForms
{
    private static readonly PtxTypeSet Halves = PtxTypeSet.Halves;
    private static readonly PtxTypeSet Brains = PtxTypeSet.Brains;
    private static readonly PtxSince Sm53 = new(53, 4, 2);

    public static IEnumerable<PtxForm> All() => [.. Sums(), .. Signs(), .. Functions()];

    private static IEnumerable<PtxForm> Sums()
    {
        foreach ((string name, PtxOpcode opcode) in new[] { ("add", PtxOpcode.Add), ("sub", PtxOpcode.Sub), ("mul", PtxOpcode.Mul) })
        {
            yield return new(name, opcode, Halves, "=T T T") { Optional = Rounding | Ftz | Sat, Roundings = PtxRoundings.Nearest, Since = Sm53 };
            yield return new(name, opcode, Brains, "=T T T") { Optional = Rounding, Roundings = PtxRoundings.Nearest, Since = PtxSince.Sm90 };
        }

        yield return new("fma", PtxOpcode.Fma, Halves, "=T T T T") { Required = Rounding, Optional = Ftz | Sat, Roundings = PtxRoundings.Nearest, Since = Sm53 };
        yield return new("fma", PtxOpcode.Fma, Halves, "=T T T T") { Required = Rounding | Relu, Optional = Ftz, Roundings = PtxRoundings.Nearest, Since = PtxSince.Sm80 };
        yield return new("fma", PtxOpcode.Fma, Brains, "=T T T T") { Required = Rounding, Optional = Relu, Roundings = PtxRoundings.Nearest, Since = PtxSince.Sm80 };
    }

    private static IEnumerable<PtxForm> Signs()
    {
        yield return new("abs", PtxOpcode.Abs, Halves, "=T T") { Optional = Ftz, Since = new(53, 6, 5) };
        yield return new("neg", PtxOpcode.Neg, Halves, "=T T") { Optional = Ftz, Since = new(53, 6, 0) };
        yield return new("abs", PtxOpcode.Abs, Brains, "=T T") { Since = PtxSince.Sm80 };
        yield return new("neg", PtxOpcode.Neg, Brains, "=T T") { Since = PtxSince.Sm80 };
        foreach ((string name, PtxOpcode opcode) in new[] { ("min", PtxOpcode.Min), ("max", PtxOpcode.Max) })
        {
            yield return new(name, opcode, Halves, "=T T T") { Optional = Ftz | NaN, Since = PtxSince.Sm80 };
            yield return new(name, opcode, Brains, "=T T T") { Optional = NaN, Since = PtxSince.Sm80 };
            yield return new(name, opcode, Halves, "=T T T") { Required = XorSign | Abs, Optional = Ftz | NaN, Since = new(86, 7, 2) };
            yield return new(name, opcode, Brains, "=T T T") { Required = XorSign | Abs, Optional = NaN, Since = new(86, 7, 2) };
        }
    }

    private static IEnumerable<PtxForm> Functions()
    {
        yield return new("ex2", PtxOpcode.Ex2, Halves, "=T T") { Required = Approx, Since = new(75, 7, 0) };
        yield return new("ex2", PtxOpcode.Ex2, Brains, "=T T") { Required = Approx | Ftz, Since = PtxSince.Sm90 };
        yield return new("tanh", PtxOpcode.Tanh, Halves, "=T T") { Required = Approx, Since = new(75, 7, 0) };
        yield return new("tanh", PtxOpcode.Tanh, Brains, "=T T") { Required = Approx, Since = PtxSince.Sm90 };
    }
}

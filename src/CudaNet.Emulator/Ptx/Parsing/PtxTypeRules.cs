namespace CudaNet.Emulator.Ptx;

/// <summary>Which registers an instruction of a type takes.</summary>
internal static class PtxTypeRules
{
    /// <summary>The register's declared type agrees with the instruction's: equal width, and untyped or of the same kind.</summary>
    public static bool Agree(PtxType register, PtxType wanted) =>
        wanted == PtxType.Pred || register == PtxType.Pred ? register == wanted
        : register.Bits() == wanted.Bits() && (register.IsUntyped() || wanted.IsUntyped() || SameKind(register, wanted));

    /// <summary>As <see cref="Agree"/>, but integers may lie in a wider register, as loads, stores and conversions allow.</summary>
    public static bool AgreeOrWider(PtxType register, PtxType wanted)
    {
        bool wider = register != PtxType.Pred && wanted != PtxType.Pred && register.Bits() > wanted.Bits();
        return wider ? register.IsUntyped() || (register.IsInteger() && !wanted.IsFloat()) : Agree(register, wanted);
    }

    private static bool SameKind(PtxType register, PtxType wanted) => register.IsFloat() ? register == wanted : wanted.IsInteger();
}

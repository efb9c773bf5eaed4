namespace CudaNet.Emulator.Ptx;

/// <summary>A set of types.</summary>
internal readonly record struct PtxTypeSet(uint Bits)
{
    /// <summary>No type is written.</summary>
    public static PtxTypeSet None => Of(PtxType.None);

    public static PtxTypeSet Untyped => Of(PtxType.B16, PtxType.B32, PtxType.B64);

    public static PtxTypeSet Integers => Of(PtxType.U16, PtxType.U32, PtxType.U64, PtxType.S16, PtxType.S32, PtxType.S64);

    public static PtxTypeSet Integers32 => Of(PtxType.U32, PtxType.S32);

    public static PtxTypeSet Integers3264 => Of(PtxType.U32, PtxType.S32, PtxType.U64, PtxType.S64);

    public static PtxTypeSet Floats => Of(PtxType.F32, PtxType.F64);

    public static PtxTypeSet Halves => Of(PtxType.F16, PtxType.F16x2);

    public static PtxTypeSet Brains => Of(PtxType.BF16, PtxType.BF16x2);

    /// <summary>What loads and stores move.</summary>
    public static PtxTypeSet Memory => Untyped | Integers | Floats | Of(PtxType.B8, PtxType.U8, PtxType.S8, PtxType.B128);

    public static PtxTypeSet operator |(PtxTypeSet left, PtxTypeSet right) => new(left.Bits | right.Bits);

    public static PtxTypeSet Of(params ReadOnlySpan<PtxType> types)
    {
        uint bits = 0;
        foreach (PtxType type in types)
        {
            bits |= 1u << (int)type;
        }

        return new PtxTypeSet(bits);
    }

    public bool Contains(PtxType type) => (Bits >> (int)type & 1) != 0;
}

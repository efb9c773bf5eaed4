namespace CudaNet.Emulator.Ptx;

/// <summary>What the types are made of.</summary>
internal static class PtxTypes
{
    /// <summary>The width in bits; 1 for predicates, 0 for none. A tf32 value occupies 32.</summary>
    public static int Bits(this PtxType type) => type switch
    {
        PtxType.Pred => 1,
        PtxType.B8 or PtxType.U8 or PtxType.S8 => 8,
        PtxType.B16 or PtxType.U16 or PtxType.S16 or PtxType.F16 or PtxType.BF16 => 16,
        PtxType.B32 or PtxType.U32 or PtxType.S32 or PtxType.F32 or PtxType.F16x2 or PtxType.BF16x2 or PtxType.TF32 => 32,
        PtxType.B64 or PtxType.U64 or PtxType.S64 or PtxType.F64 or PtxType.F32x2 => 64,
        PtxType.B128 => 128,
        _ => 0,
    };

    /// <summary>The size in memory, in bytes; 0 for predicates, which have none.</summary>
    public static int Bytes(this PtxType type) => type.Bits() / 8;

    public static bool IsUntyped(this PtxType type) => type is >= PtxType.B8 and <= PtxType.B128;

    public static bool IsUnsigned(this PtxType type) => type is >= PtxType.U8 and <= PtxType.U64;

    public static bool IsSigned(this PtxType type) => type is >= PtxType.S8 and <= PtxType.S64;

    /// <summary>Signed or unsigned, not an untyped one.</summary>
    public static bool IsInteger(this PtxType type) => type is >= PtxType.U8 and <= PtxType.S64;

    /// <summary>A floating-point type, packed or not.</summary>
    public static bool IsFloat(this PtxType type) => type >= PtxType.F16;

    /// <summary>Two values in one register.</summary>
    public static bool IsPacked(this PtxType type) => type is PtxType.F16x2 or PtxType.BF16x2 or PtxType.F32x2;

    /// <summary>The name as PTX writes it, with its dot.</summary>
    public static string Text(this PtxType type) => type == PtxType.None ? "" : "." + type.ToString().ToLowerInvariant();
}

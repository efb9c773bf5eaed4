namespace CudaNet.Emulator.Ptx;

/// <summary>The types by the names PTX gives them.</summary>
internal static class PtxTypeNames
{
    /// <summary>The type of a name with its dot; <see cref="PtxType.None"/> where it names none.</summary>
    public static PtxType Find(ReadOnlySpan<char> text) => text switch
    {
        ".pred" => PtxType.Pred,
        ".b8" => PtxType.B8,
        ".b16" => PtxType.B16,
        ".b32" => PtxType.B32,
        ".b64" => PtxType.B64,
        ".b128" => PtxType.B128,
        ".u8" => PtxType.U8,
        ".u16" => PtxType.U16,
        ".u32" => PtxType.U32,
        ".u64" => PtxType.U64,
        ".s8" => PtxType.S8,
        ".s16" => PtxType.S16,
        ".s32" => PtxType.S32,
        ".s64" => PtxType.S64,
        ".f16" => PtxType.F16,
        ".f16x2" => PtxType.F16x2,
        ".bf16" => PtxType.BF16,
        ".bf16x2" => PtxType.BF16x2,
        ".tf32" => PtxType.TF32,
        ".f32" => PtxType.F32,
        ".f32x2" => PtxType.F32x2,
        ".f64" => PtxType.F64,
        _ => PtxType.None,
    };

    /// <summary>Types of the language that no instruction here computes with.</summary>
    public static bool IsUnsupported(ReadOnlySpan<char> text) => text is ".u16x2" or ".s16x2" or ".u8x4" or ".s8x4" or ".e4m3" or ".e5m2" or ".e4m3x2" or ".e5m2x2"
        or ".e2m1x2" or ".e2m3x2" or ".e3m2x2" or ".ue8m0x2" or ".e4m3x4" or ".e5m2x4" or ".texref" or ".samplerref" or ".surfref";
}

namespace CudaNet.Weights;

/// <summary>The names that safetensors, PyTorch and NumPy give to element types, and their sizes.</summary>
internal static class WeightTypes
{
    private sealed record Row(WeightType Type, int SizeBytes, string Safetensors, string TorchType, string TorchStorage, string Numpy = "");

    private static readonly Row[] Table =
    [
        new(WeightType.Float32, 4, "F32", "float32", "FloatStorage", "f4"),
        new(WeightType.Float16, 2, "F16", "float16", "HalfStorage", "f2"),
        new(WeightType.BFloat16, 2, "BF16", "bfloat16", "BFloat16Storage"),
        new(WeightType.Float64, 8, "F64", "float64", "DoubleStorage", "f8"),
        new(WeightType.Int64, 8, "I64", "int64", "LongStorage", "i8"),
        new(WeightType.Int32, 4, "I32", "int32", "IntStorage", "i4"),
        new(WeightType.Int16, 2, "I16", "int16", "ShortStorage", "i2"),
        new(WeightType.Int8, 1, "I8", "int8", "CharStorage", "i1"),
        new(WeightType.UInt64, 8, "U64", "uint64", "", "u8"),
        new(WeightType.UInt32, 4, "U32", "uint32", "", "u4"),
        new(WeightType.UInt16, 2, "U16", "uint16", "", "u2"),
        new(WeightType.UInt8, 1, "U8", "uint8", "ByteStorage", "u1"),
        new(WeightType.Bool, 1, "BOOL", "bool", "BoolStorage", "b1"),
        new(WeightType.Complex64, 8, "C64", "complex64", "ComplexFloatStorage"),
        new(WeightType.Complex128, 16, "C128", "complex128", "ComplexDoubleStorage"),
        new(WeightType.Float8E4M3, 1, "F8_E4M3", "float8_e4m3fn", ""),
        new(WeightType.Float8E5M2, 1, "F8_E5M2", "float8_e5m2", ""),
    ];

    public static int SizeBytes(this WeightType type) => Table[(int)type].SizeBytes;

    public static string SafetensorsName(this WeightType type) => Table[(int)type].Safetensors;

    /// <summary>PyTorch's name of the type (<c>float16</c>), for messages.</summary>
    public static string TorchName(this WeightType type) => Table[(int)type].TorchType;

    public static WeightType? FromSafetensors(string name) => Array.Find(Table, r => r.Safetensors == name)?.Type;

    /// <summary>The type of <c>torch.float32</c>, by the name behind the dot.</summary>
    public static WeightType? FromTorchType(string name) => Array.Find(Table, r => r.TorchType == name)?.Type;

    /// <summary>The type of <c>torch.FloatStorage</c>, by the name behind the dot.</summary>
    public static WeightType? FromTorchStorage(string name) => name.Length == 0 ? null : Array.Find(Table, r => r.TorchStorage == name)?.Type;

    /// <summary>The type of NumPy's <c>f4</c>: kind and bytes, without the byte order before them.</summary>
    public static WeightType? FromNumpy(string code) => code.Length == 0 ? null : Array.Find(Table, r => r.Numpy == code)?.Type;
}

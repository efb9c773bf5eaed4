using System.Diagnostics.CodeAnalysis;

namespace CudaNet.Engine;

/// <summary>What a GPU multiplies, and so how values and weights lie in its memory. Sums are fp32 in all of them.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The members are element types and are named so.")]
public enum ArithmeticPrecision
{
    /// <summary>fp32 fused multiply-adds on the CUDA cores; fp32 in memory: the CPU backend's arithmetic. Every GPU that CudaNet knows has it.</summary>
    Float32,

    /// <summary>fp32 in memory, rounded to 10 bits of mantissa on its way into the tensor cores. From compute capability 8.0 on.</summary>
    TensorFloat32,

    /// <summary>
    /// IEEE binary16 on the tensor cores and in memory. Where weights or results of a filter leave its range (6e-8 to 65,504), the filter is scaled by a power of
    /// two, which is undone after the sums.
    /// </summary>
    Float16,

    /// <summary>The upper half of a binary32 on the tensor cores and in memory: fp32's range with 8 bits of precision. From compute capability 8.0 on.</summary>
    BFloat16,
}

/// <summary>What follows from what a GPU multiplies.</summary>
public static class ArithmeticPrecisionExtensions
{
    /// <summary>What an activation and a weight are stored as.</summary>
    public static StoragePrecision Storage(this ArithmeticPrecision precision) => precision switch
    {
        ArithmeticPrecision.Float32 or ArithmeticPrecision.TensorFloat32 => StoragePrecision.Float32,
        ArithmeticPrecision.Float16 => StoragePrecision.Float16,
        ArithmeticPrecision.BFloat16 => StoragePrecision.BFloat16,
        _ => throw NotOne(precision),
    };

    /// <summary>What listings and options call it: <c>fp32</c>, <c>tf32</c>, <c>fp16</c>, <c>bf16</c>.</summary>
    public static string ShortName(this ArithmeticPrecision precision) => precision switch
    {
        ArithmeticPrecision.Float32 => "fp32",
        ArithmeticPrecision.TensorFloat32 => "tf32",
        ArithmeticPrecision.Float16 => "fp16",
        ArithmeticPrecision.BFloat16 => "bf16",
        _ => throw NotOne(precision),
    };

    private static ArgumentOutOfRangeException NotOne(ArithmeticPrecision precision) => new(nameof(precision), precision, "no arithmetic precision");
}

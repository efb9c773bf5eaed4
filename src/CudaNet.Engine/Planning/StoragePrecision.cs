using System.Diagnostics.CodeAnalysis;

namespace CudaNet.Engine;

/// <summary>How values lie in a device's memory, whatever arithmetic computes them.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The members are element types and are named so.")]
public enum StoragePrecision
{
    /// <summary>IEEE binary32.</summary>
    Float32,

    /// <summary>IEEE binary16.</summary>
    Float16,

    /// <summary>The upper half of a binary32.</summary>
    BFloat16,
}

/// <summary>What follows from a precision.</summary>
public static class StoragePrecisionExtensions
{
    /// <summary>Bytes of a value.</summary>
    public static int Bytes(this StoragePrecision precision) => precision switch
    {
        StoragePrecision.Float32 => sizeof(float),
        StoragePrecision.Float16 or StoragePrecision.BFloat16 => sizeof(ushort),
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "no storage precision"),
    };

    /// <summary>What listings call it: <c>fp32</c>, <c>fp16</c>, <c>bf16</c>.</summary>
    public static string ShortName(this StoragePrecision precision) => precision switch
    {
        StoragePrecision.Float32 => "fp32",
        StoragePrecision.Float16 => "fp16",
        StoragePrecision.BFloat16 => "bf16",
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "no storage precision"),
    };
}

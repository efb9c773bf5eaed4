using System.Diagnostics.CodeAnalysis;

namespace CudaNet.Weights;

/// <summary>How a file stores the elements of a tensor.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The members are element types and are named so.")]
public enum WeightType
{
    /// <summary>IEEE binary32.</summary>
    Float32,

    /// <summary>IEEE binary16.</summary>
    Float16,

    /// <summary>The upper half of a binary32.</summary>
    BFloat16,

    /// <summary>IEEE binary64.</summary>
    Float64,

    /// <summary>Signed, 64 bits.</summary>
    Int64,

    /// <summary>Signed, 32 bits.</summary>
    Int32,

    /// <summary>Signed, 16 bits.</summary>
    Int16,

    /// <summary>Signed, 8 bits.</summary>
    Int8,

    /// <summary>Unsigned, 64 bits.</summary>
    UInt64,

    /// <summary>Unsigned, 32 bits.</summary>
    UInt32,

    /// <summary>Unsigned, 16 bits.</summary>
    UInt16,

    /// <summary>Unsigned, 8 bits.</summary>
    UInt8,

    /// <summary>A byte, 0 or 1.</summary>
    Bool,

    /// <summary>Two binary32.</summary>
    Complex64,

    /// <summary>Two binary64.</summary>
    Complex128,

    /// <summary>8 bits: 4 exponent, 3 fraction.</summary>
    Float8E4M3,

    /// <summary>8 bits: 5 exponent, 2 fraction.</summary>
    Float8E5M2,
}

namespace CudaNet.Kernels.Cuda.Steps;

/// <summary>How values lie in a device's memory. Kernels compute in fp32 whatever it is.</summary>
internal enum StoragePrecision
{
    Float32,
    Float16,
    BFloat16,
}

/// <summary>What follows from a precision.</summary>
internal static class StoragePrecisions
{
    private const int PieceBytes = 16;

    /// <summary>The part of a kernel's name that says it.</summary>
    public static string Suffix(this StoragePrecision precision) => precision switch
    {
        StoragePrecision.Float32 => "f32",
        StoragePrecision.Float16 => "f16",
        StoragePrecision.BFloat16 => "bf16",
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "no storage precision"),
    };

    /// <summary>Bytes of a value.</summary>
    public static int Bytes(this StoragePrecision precision) => precision == StoragePrecision.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Values in a piece of 128 bits.</summary>
    public static int Lanes(this StoragePrecision precision) => PieceBytes / precision.Bytes();

    /// <summary>Whether a buffer begins where pieces of 128 bits may.</summary>
    public static bool IsAligned(this DeviceSlice slice) => slice.Address.Value % PieceBytes == 0;
}

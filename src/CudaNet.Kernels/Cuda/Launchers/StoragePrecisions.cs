using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>What a storage precision means to a kernel. Kernels compute in fp32 whatever it is.</summary>
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

    /// <summary>Values in a piece of 128 bits.</summary>
    public static int Lanes(this StoragePrecision precision) => PieceBytes / precision.Bytes();

    /// <summary>Whether a buffer begins where pieces of 128 bits may.</summary>
    public static bool IsAligned(this DeviceSlice slice) => slice.Address.Value % PieceBytes == 0;
}

using System.Diagnostics.CodeAnalysis;

namespace CudaNet.Engine;

/// <summary>What a GPU's maker prints about it, and where. Nothing in it was measured.</summary>
/// <param name="Name">What options and listings call it.</param>
/// <param name="Product">The board that the figures are of, where there are several of that name.</param>
/// <param name="ComputeCapability">Which instructions it has.</param>
/// <param name="BytesPerSecond">The peak rate of its memory, reading and writing together.</param>
/// <param name="CacheBytes">The size of its L2 cache.</param>
/// <param name="Peaks">The peak rates of its arithmetic.</param>
/// <param name="Sources">The documents that the figures are from.</param>
public sealed record Gpu(string Name, string Product, Version ComputeCapability, double BytesPerSecond, long CacheBytes, GpuPeaks Peaks, IReadOnlyList<GpuSource> Sources)
{
    /// <summary>FLOPs a second in that precision, two for a multiply-add; null where the GPU's cores do not have it.</summary>
    public double? Peak(ArithmeticPrecision precision) => precision switch
    {
        ArithmeticPrecision.Float32 => Peaks.Float32,
        ArithmeticPrecision.TensorFloat32 => Peaks.TensorFloat32,
        ArithmeticPrecision.Float16 => Peaks.Float16,
        ArithmeticPrecision.BFloat16 => Peaks.BFloat16,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "no arithmetic precision"),
    };

    /// <summary>Why there is no peak for that precision; null where there is one.</summary>
    public string? WhyNot(ArithmeticPrecision precision) =>
        Peak(precision) is null ? $"{Name} has compute capability {ComputeCapability}, whose tensor cores do not take {precision.ShortName()}" : null;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>
/// Peak rates in FLOPs a second, two for a multiply-add, without the doubling that NVIDIA prints for matrices of which half is zero. Null where the cores
/// do not have it.
/// </summary>
/// <param name="Float32">Fused multiply-adds on the CUDA cores.</param>
/// <param name="TensorFloat32">Tensor cores.</param>
/// <param name="Float16">Tensor cores, sums in fp32.</param>
/// <param name="BFloat16">Tensor cores, sums in fp32.</param>
[SuppressMessage("Naming", "CA1720", Justification = "The members are element types and are named so.")]
public sealed record GpuPeaks(double Float32, double? TensorFloat32, double? Float16, double? BFloat16);

/// <summary>Where figures are from.</summary>
/// <param name="Figures">Which, and what was done to them.</param>
/// <param name="Document">The document's title.</param>
/// <param name="Place">Where in it.</param>
public sealed record GpuSource(string Figures, string Document, string Place)
{
    /// <summary>All three in one line.</summary>
    public override string ToString() => $"{Figures}: {Document}, {Place}";
}

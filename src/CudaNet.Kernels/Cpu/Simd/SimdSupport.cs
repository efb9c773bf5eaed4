using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Which vector widths this process can use: what the machine has, less what the runtime was told to leave (<c>DOTNET_EnableAVX512=0</c>) and less
/// what a NativeAOT build was not compiled for (<c>IlcInstructionSet</c>; see <c>docs/decisions/0002-simd-and-nativeaot.md</c>).
/// </summary>
public static class SimdSupport
{
    /// <summary>The usable widths, narrowest first; empty on a machine without fused multiply-add.</summary>
    public static IReadOnlyList<SimdWidth> Widths { get; } = [.. new[] { SimdWidth.Bits128, SimdWidth.Bits256, SimdWidth.Bits512 }.Where(IsSupported)];

    /// <summary>True where kernels of that width run in this process; <see cref="SimdWidth.Auto"/> where any does.</summary>
    public static bool IsSupported(SimdWidth width) => width switch
    {
        SimdWidth.Auto => Widths.Count > 0,
        SimdWidth.Bits128 => Fma.IsSupported || AdvSimd.IsSupported,
        SimdWidth.Bits256 => Fma.IsSupported && Avx2.IsSupported,
        SimdWidth.Bits512 => Avx512F.IsSupported,
        _ => false,
    };

    /// <summary>The width that is meant: itself, or for <see cref="SimdWidth.Auto"/> the widest.</summary>
    /// <exception cref="CudaNetException">This process cannot use it.</exception>
    public static SimdWidth Resolve(SimdWidth width)
    {
        if (!IsSupported(width))
        {
            throw new CudaNetException(width == SimdWidth.Auto
                ? "the cpu backend needs fused multiply-add (x86 with FMA3, or Arm's Advanced SIMD), which this process cannot use"
                : $"this process cannot use SIMD of {(int)width} bits{(Enum.IsDefined(width) ? $": {SimdDiagnosis.WhyNot(width)}" : "")}")
            {
                Hint = SimdDiagnosis.Remedy(width) is { } remedy ? $"{char.ToUpperInvariant(remedy[0])}{remedy[1..]}."
                    : Widths.Count == 0 ? "The reference backend runs anywhere." : $"It can use {string.Join(", ", Widths.Select(w => (int)w))}.",
            };
        }

        return width == SimdWidth.Auto ? Widths[^1] : width;
    }
}

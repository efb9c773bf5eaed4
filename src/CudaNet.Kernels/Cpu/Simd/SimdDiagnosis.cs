using System.Runtime;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Kernels.Cpu;

/// <summary>Says why a vector width cannot be used: the processor, or what this process was told or built to leave.</summary>
public static class SimdDiagnosis
{
    /// <summary>
    /// True in a program that NativeAOT made: it compiles no method while it runs. (What <c>RuntimeFeature</c> says of dynamic code is a setting that
    /// such a project has on the JIT compiler too.)
    /// </summary>
    internal static bool IsCompiledAheadOfTime { get; } = JitInfo.GetCompiledMethodCount() == 0;

    /// <summary>The reason in words; null where the width is usable.</summary>
    /// <remarks>
    /// CPUID leaf 1 ECX bit 12 is FMA, leaf 7 EBX bits 5 and 16 are AVX2 and AVX-512F (Intel SDM, volume 2A; AMD APM, volume 3, appendix E).
    /// </remarks>
    public static string? WhyNot(SimdWidth width)
    {
        if (SimdSupport.IsSupported(width))
        {
            return null;
        }

        if (!X86Base.IsSupported)
        {
            return width == SimdWidth.Bits128
                ? "this process cannot use Advanced SIMD"
                : $"{RuntimeInformation.ProcessArchitecture} is not x86: vectors have 128 bits here";
        }

        string[] lacking = Lacking(width);
        return lacking.Length > 0
            ? $"this processor has no {string.Join(" and no ", lacking)}"
            : $"this processor has it, but {Withheld(width, IsCompiledAheadOfTime)}";
    }

    /// <summary>What a compilation ahead of time would have to assume; null where that is not why the width is not usable.</summary>
    internal static string? Remedy(SimdWidth width) =>
        IsCompiledAheadOfTime && X86Base.IsSupported && Enum.IsDefined(width) && !SimdSupport.IsSupported(width) && Lacking(width).Length == 0 ? Withheld(width, isCompiledAheadOfTime: true) : null;

    /// <summary>Why a process cannot use what its processor has.</summary>
    internal static string Withheld(SimdWidth width, bool isCompiledAheadOfTime) => isCompiledAheadOfTime
        ? $"this program was compiled ahead of time without it: set <IlcInstructionSet>native</IlcInstructionSet> (or {(width == SimdWidth.Bits512 ? "x86-64-v4" : "x86-64-v3")}) in its project"
        : "the operating system or a setting (DOTNET_EnableAVX2=0, DOTNET_EnableAVX512=0 …) keeps it from this process";

    private static string[] Lacking(SimdWidth width) => [.. Needs(width).Where(n => !HasBit(n)).Select(n => n.Name)];

    private static IEnumerable<Feature> Needs(SimdWidth width) => width switch
    {
        SimdWidth.Bits512 => [Feature.Avx512F],
        SimdWidth.Bits256 => [Feature.Fma, Feature.Avx2],
        _ => [Feature.Fma],
    };

    private static bool HasBit(Feature feature)
    {
        if (X86Base.CpuId(0, 0).Eax < feature.Leaf)
        {
            return false;
        }

        (_, int ebx, int ecx, _) = X86Base.CpuId(feature.Leaf, 0);
        return (((feature.InEcx ? ecx : ebx) >> feature.Bit) & 1) == 1;
    }

    /// <summary>Where CPUID says that the processor has something.</summary>
    private sealed record Feature(string Name, int Leaf, bool InEcx, int Bit)
    {
        public static Feature Fma { get; } = new("FMA3", 1, true, 12);

        public static Feature Avx2 { get; } = new("AVX2", 7, false, 5);

        public static Feature Avx512F { get; } = new("AVX-512F", 7, false, 16);
    }
}

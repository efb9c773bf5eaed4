using System.Runtime.Intrinsics.X86;

namespace CudaNet.Kernels.Cpu;

/// <summary>A core's second-level cache. How work is cut follows from it; results do not.</summary>
internal static class SecondLevelCache
{
    private const int Leaf = unchecked((int)0x80000006);

    /// <summary>What is taken where the processor does not say, as on Arm.</summary>
    private const long Unknown = 1 << 20;

    public static long Bytes { get; } = Ask();

    /// <summary>CPUID leaf 80000006h, in the same words at Intel's and AMD's ("Software Developer's Manual", volume 2A; "Architecture Programmer's Manual", volume 3).</summary>
    private static long Ask()
    {
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(int.MinValue, 0).Eax < unchecked((uint)Leaf))
        {
            return Unknown;
        }

        long kibibytes = X86Base.CpuId(Leaf, 0).Ecx >>> 16;
        return kibibytes >= 128 ? kibibytes << 10 : Unknown;
    }
}

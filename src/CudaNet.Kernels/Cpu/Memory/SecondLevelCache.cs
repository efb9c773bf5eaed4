using System.Runtime.Intrinsics.X86;

namespace CudaNet.Kernels.Cpu;

/// <summary>A core's second-level cache. How work is cut follows from it; results do not.</summary>
internal static class SecondLevelCache
{
    /// <summary>The caches one by one ("Software Developer's Manual", volume 2A). AMD's processors leave it empty.</summary>
    private const int CachesLeaf = 4;

    /// <summary>The second-level cache's size ("Architecture Programmer's Manual", volume 3). Intel's processors say 256 KiB here, whatever they have.</summary>
    private const int SizesLeaf = unchecked((int)0x80000006);

    private const int InstructionCache = 2;

    /// <summary>What is taken where the processor does not say, as on Arm.</summary>
    private const long Unknown = 1 << 20;

    public static long Bytes { get; } = X86Base.IsSupported ? Ask((leaf, index) => X86Base.CpuId(leaf, index)) : Unknown;

    /// <summary>What a processor's <c>CPUID</c> says.</summary>
    internal static long Ask(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        int caches = cpuId(0, 0).Eax >= CachesLeaf ? 16 : 0;
        for (int index = 0; index < caches; index++)
        {
            (int kinds, int shape, int sets, _) = cpuId(CachesLeaf, index);
            int kind = kinds & 31, level = (kinds >> 5) & 7;
            if (kind == 0)
            {
                break;
            }

            if (level == 2 && kind != InstructionCache)
            {
                long ways = (shape >>> 22) + 1, partitions = ((shape >>> 12) & 1023) + 1, line = (shape & 4095) + 1;
                return ways * partitions * line * ((uint)sets + 1L);
            }
        }

        if ((uint)cpuId(int.MinValue, 0).Eax < unchecked((uint)SizesLeaf))
        {
            return Unknown;
        }

        long kibibytes = cpuId(SizesLeaf, 0).Ecx >>> 16;
        return kibibytes >= 128 ? kibibytes << 10 : Unknown;
    }
}

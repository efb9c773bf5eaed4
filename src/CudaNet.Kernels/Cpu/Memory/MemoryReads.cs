using System.Runtime.Intrinsics.X86;

namespace CudaNet.Kernels.Cpu;

/// <summary>How quickly one core reads what no cache of its own holds: what is worth keeping in memory follows from it; results do not.</summary>
internal static class MemoryReads
{
    /// <summary>"AuthenticAMD", as registers name the vendor.</summary>
    private const int Amd = 0x6874_7541, AmdMiddle = 0x6974_6E65, AmdEnd = 0x444D_4163;

    /// <summary>
    /// AMD's processors have a third-level cache for a few cores each, and bring one core 26 to 44 GB/s from memory (measured on an EPYC of family 26, and taken to be so of the others); Intel's servers, whose cores
    /// share one cache and one network, 12 to 14 (a Xeon of model 106). Others are taken to be like these.
    /// </summary>
    public static bool AreFast { get; } = X86Base.IsSupported && Ask((leaf, index) => X86Base.CpuId(leaf, index));

    /// <summary>What a processor's <c>CPUID</c> says.</summary>
    internal static bool Ask(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        (_, int first, int end, int middle) = cpuId(0, 0);
        return (first, middle, end) == (Amd, AmdMiddle, AmdEnd);
    }
}

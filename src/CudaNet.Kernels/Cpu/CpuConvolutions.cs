namespace CudaNet.Kernels.Cpu;

/// <summary>How a CPU computes convolutions.</summary>
public enum CpuConvolutions
{
    /// <summary>By Winograd's algorithms where they are faster, by direct sums elsewhere.</summary>
    Auto = 0,

    /// <summary>By direct sums.</summary>
    Direct,

    /// <summary>
    /// By Winograd's algorithms wherever they apply: windows of 3×3 with stride and dilation 1, in one group or in groups of whole blocks of 16 channels, and the
    /// window of 7×7 with stride 2 of a layer that reads an input of up to four channels.
    /// </summary>
    Winograd,
}

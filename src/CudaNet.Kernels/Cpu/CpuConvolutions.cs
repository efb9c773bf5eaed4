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

    /// <summary>
    /// As <see cref="Auto"/>, but where a layer has few pixels in the whole batch it is a direct sum: faster for one or two small images. An image's results then depend in their last bits on
    /// how many others are run with it, and on nothing else of them.
    /// </summary>
    AutoPerBatch,
}

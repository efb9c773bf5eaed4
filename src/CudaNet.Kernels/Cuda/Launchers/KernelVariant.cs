namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>Which kernel of an operation runs.</summary>
internal enum KernelVariant
{
    /// <summary>The fastest that shape and alignment allow.</summary>
    Fastest,

    /// <summary>The plain one, which takes every shape and alignment: what the others are compared with.</summary>
    Naive,
}

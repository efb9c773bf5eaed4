using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What <c>cudanet roofline</c> says of one GPU and precision.</summary>
/// <param name="Gpu">The GPU.</param>
/// <param name="Precision">What is multiplied.</param>
/// <param name="Floor">The limit; null where the GPU does not have that precision.</param>
internal sealed record RooflineCell(Gpu Gpu, ArithmeticPrecision Precision, PassFloor? Floor)
{
    /// <summary>A bound in listings and JSON.</summary>
    public static string Name(RooflineBound bound) => bound == RooflineBound.Compute ? "compute" : "memory";
}

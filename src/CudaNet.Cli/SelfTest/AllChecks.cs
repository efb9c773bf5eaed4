namespace CudaNet.Cli.SelfTest;

/// <summary>The checks of the CUDA floor, what the others rest on first.</summary>
internal static class AllChecks
{
    public static IReadOnlyList<Check> List { get; } =
    [
        .. DriverChecks.All(),
        .. GraphChecks.All(),
        .. ImageKernelChecks.All(),
        .. MapKernelChecks.All(),
        .. RowKernelChecks.All(),
        .. ConvolutionChecks.All(),
        .. TensorCallChecks.All(),
        .. ProductChecks.All(),
        .. BlockChecks.All(),
    ];
}

using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Cli.SelfTest;

/// <summary>What the checks of all hand-written kernels share.</summary>
internal static class KernelCases
{
    /// <summary>Channels that make no pieces of 128 bits, and images of odd sides.</summary>
    public static TensorShape Odd { get; } = new(2, 33, 7, 9);

    /// <summary>One check a precision: of the fastest kernel that the shape allows and, where it is asked for, of the naive one.</summary>
    public static IEnumerable<Check> Of(string kernel, string shape, Func<TestDevice, StoragePrecision, KernelVariant, Outcome> run, bool withNaive = true) =>
        from variant in withNaive ? (KernelVariant[])[KernelVariant.Fastest, KernelVariant.Naive] : [KernelVariant.Fastest]
        from precision in Enum.GetValues<StoragePrecision>()
        select new Check(variant == KernelVariant.Naive ? $"kernel {kernel}, naive" : $"kernel {kernel}", precision.ShortName(), shape, device => run(device, precision, variant));
}

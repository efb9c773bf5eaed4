using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>Probabilities of the rows of a matrix.</summary>
internal sealed class SoftmaxKernels(CudaModule module)
{
    private const int RowThreads = 256;
    private const int NaiveThreads = 32;

    private readonly PrecisionKernels _naive = new(module, "cudanet_softmax");
    private readonly PrecisionKernels _row = new(module, "cudanet_softmax", "_row");

    /// <param name="stream">Where.</param>
    /// <param name="source">(rows, length).</param>
    /// <param name="rows">1 to 65535.</param>
    /// <param name="length">Values of a row.</param>
    /// <param name="precision">Of source and destination.</param>
    /// <param name="destination">(rows, length).</param>
    /// <param name="variant">Which kernel.</param>
    public void Run(
        CudaStream stream, DeviceSlice source, int rows, int length, StoragePrecision precision, DeviceSlice destination,
        KernelVariant variant = KernelVariant.Fastest)
    {
        LaunchChecks.RequireCountable(rows, length);
        source.RequireValues((long)rows * length, precision.Bytes());
        destination.RequireValues((long)rows * length, precision.Bytes());
        if (variant == KernelVariant.Fastest && FitsABlock(length, precision) && source.IsAligned() && destination.IsAligned())
        {
            _row[precision].Launch(stream, new LaunchShape(rows, RowThreads), source, length, destination);
        }
        else
        {
            _naive[precision].Launch(stream, LaunchShape.For(rows, NaiveThreads), source, rows, length, destination);
        }
    }

    /// <summary>Whether a block can hold a row, 128 bits a thread.</summary>
    internal static bool FitsABlock(int length, StoragePrecision precision) => length % precision.Lanes() == 0 && length <= RowThreads * precision.Lanes();
}

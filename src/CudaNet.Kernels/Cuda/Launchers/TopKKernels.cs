using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>The largest values of each row, best first; of equals the lowest index leads, NaN comes last.</summary>
internal sealed class TopKKernels(CudaModule module)
{
    private const int RowThreads = 256;
    private const int NaiveThreads = 32;

    private readonly PrecisionKernels _naive = new(module, "cudanet_topk");
    private readonly PrecisionKernels _row = new(module, "cudanet_topk", "_row");

    /// <param name="stream">Where.</param>
    /// <param name="source">(rows, length).</param>
    /// <param name="rows">1 to 65535.</param>
    /// <param name="length">Values of a row.</param>
    /// <param name="count">How many of them, at most all.</param>
    /// <param name="precision">Of the source.</param>
    /// <param name="values">(rows, count) in fp32.</param>
    /// <param name="indices">(rows, count) 32-bit integers.</param>
    /// <param name="variant">Which kernel.</param>
    public void Run(
        CudaStream stream, DeviceSlice source, int rows, int length, int count, StoragePrecision precision, DeviceSlice values, DeviceSlice indices,
        KernelVariant variant = KernelVariant.Fastest)
    {
        LaunchChecks.RequireCountable(rows, length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, length);
        source.RequireValues((long)rows * length, precision.Bytes());
        values.RequireValues((long)rows * count, sizeof(float));
        indices.RequireValues((long)rows * count, sizeof(int));
        if (variant == KernelVariant.Fastest && SoftmaxKernels.FitsABlock(length, precision) && source.IsAligned())
        {
            _row[precision].Launch(stream, new LaunchShape(rows, RowThreads), source, length, count, values, indices);
        }
        else
        {
            _naive[precision].Launch(stream, LaunchShape.For(rows, NaiveThreads), source, rows, length, count, values, indices);
        }
    }
}

using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>Fully connected: y = x · Wᵀ + bias. A sum's order depends on the number of inputs only. Made for batches up to 32; larger ones are right too.</summary>
internal sealed class LinearKernels(CudaModule module)
{
    private const int NaiveThreads = 128;
    private const int WarpSize = 32;
    private const int WarpsPerBlock = 4;
    private const int RowsPerWarp = 2;
    private const int ImagesPerWarp = 8;

    private readonly PrecisionKernels _naive = new(module, "cudanet_linear");
    private readonly PrecisionKernels _warp = new(module, "cudanet_linear", "_warp");

    /// <param name="stream">Where.</param>
    /// <param name="source">(N, I).</param>
    /// <param name="batch">N.</param>
    /// <param name="op">I and O.</param>
    /// <param name="weight">(O, I).</param>
    /// <param name="bias">(O) in fp32, or null.</param>
    /// <param name="precision">Of source and weight.</param>
    /// <param name="destination">(N, O).</param>
    /// <param name="destinationPrecision">That of the source, or fp32.</param>
    /// <param name="variant">Which kernel.</param>
    public void Run(
        CudaStream stream, DeviceSlice source, int batch, Linear op, DeviceSlice weight, DeviceSlice? bias, StoragePrecision precision,
        DeviceSlice destination, StoragePrecision destinationPrecision, KernelVariant variant = KernelVariant.Fastest)
    {
        (int inputs, int outputs) = (op.InFeatures, op.OutFeatures);
        if (destinationPrecision != precision && destinationPrecision != StoragePrecision.Float32)
        {
            throw new ArgumentException($"sums of {precision} values are stored as such or in fp32, not as {destinationPrecision}", nameof(destinationPrecision));
        }

        LaunchChecks.RequireCountable(batch, inputs);
        LaunchChecks.RequireCountable(batch, outputs);
        LaunchChecks.RequireCountable(1, outputs, inputs);
        source.RequireValues((long)batch * inputs, precision.Bytes());
        weight.RequireValues((long)outputs * inputs, precision.Bytes());
        destination.RequireValues((long)batch * outputs, destinationPrecision.Bytes());
        bias?.RequireValues(outputs, sizeof(float), nameof(bias));
        DeviceAddress biases = bias?.Address ?? default;
        int isWide = destinationPrecision == StoragePrecision.Float32 ? 1 : 0;
        if (variant == KernelVariant.Fastest && inputs % precision.Lanes() == 0 && source.IsAligned() && weight.IsAligned())
        {
            Dim3 grid = new(LaunchChecks.CeilingDivide(outputs, WarpsPerBlock * RowsPerWarp), LaunchChecks.CeilingDivide(batch, ImagesPerWarp));
            LaunchShape launch = new(grid, new Dim3(WarpSize, WarpsPerBlock));
            _warp[precision].Launch(stream, launch, source, weight, biases, batch, inputs, outputs, isWide, destination);
        }
        else
        {
            LaunchShape launch = new(new Dim3(LaunchChecks.CeilingDivide(outputs, NaiveThreads), batch), NaiveThreads);
            _naive[precision].Launch(stream, launch, source, weight, biases, inputs, outputs, isWide, destination);
        }
    }
}

using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>Max-pool and global average pool of NHWC values.</summary>
internal sealed class PoolingKernels(CudaModule module)
{
    private const int Threads = 256;
    private const int WarpSize = 32;
    private const int GlobalPieces = 8;
    private const int GlobalRows = 32;

    private readonly PrecisionKernels _max = new(module, "cudanet_maxpool", "_nhwc");
    private readonly PrecisionKernels _max3x3s2 = new(module, "cudanet_maxpool", "_nhwc_3x3s2");
    private readonly PrecisionKernels _global = new(module, "cudanet_globalpool", "_nhwc");
    private readonly PrecisionKernels _global128 = new(module, "cudanet_globalpool", "_nhwc_v128");

    /// <param name="stream">Where.</param>
    /// <param name="source">(N, H, W, C).</param>
    /// <param name="shape">N×C×H×W of the source.</param>
    /// <param name="op">The window.</param>
    /// <param name="precision">Of source and destination.</param>
    /// <param name="destination">(N, OH, OW, C).</param>
    /// <param name="variant">Which kernel.</param>
    public void Max(
        CudaStream stream, DeviceSlice source, TensorShape shape, MaxPool2d op, StoragePrecision precision, DeviceSlice destination,
        KernelVariant variant = KernelVariant.Fastest)
    {
        TensorShape to = op.InferShape([shape]);
        if (op.Padding.Top != op.Padding.Left)
        {
            throw new ShapeException($"the max-pool kernel takes one padding for top and left, not {op.Padding}");
        }

        LaunchChecks.RequireCountable(shape);
        LaunchChecks.RequireCountable(to);
        source.RequireValues(shape.ElementCount, precision.Bytes());
        destination.RequireValues(to.ElementCount, precision.Bytes());
        bool isFast = variant == KernelVariant.Fastest && op is { Kernel: 3, Stride: 2, CeilMode: false } && op.Padding == 1
            && shape.Channels % precision.Lanes() == 0 && source.IsAligned() && destination.IsAligned();
        int pieces = isFast ? shape.Channels / precision.Lanes() : shape.Channels;
        int outputs = isFast ? LaunchChecks.CeilingDivide(to.Width, 2) : to.Width;
        int columns = Math.Min(pieces, WarpSize);
        int rows = Math.Min(Threads / columns, outputs);
        LaunchShape launch = new(new Dim3(LaunchChecks.CeilingDivide(outputs, rows), to.Height, shape.Batch), new Dim3(columns, rows));
        if (isFast)
        {
            _max3x3s2[precision].Launch(stream, launch, source, shape.Height, shape.Width, shape.Channels, to.Height, to.Width, destination);
        }
        else
        {
            _max[precision].Launch(
                stream, launch, source, shape.Height, shape.Width, shape.Channels, to.Height, to.Width, op.Kernel, op.Stride, op.Padding.Top, destination);
        }
    }

    /// <param name="stream">Where.</param>
    /// <param name="source">(N, H, W, C).</param>
    /// <param name="shape">N×C×H×W of the source.</param>
    /// <param name="precision">Of source and destination.</param>
    /// <param name="destination">(N, C).</param>
    /// <param name="variant">Which kernel.</param>
    public void GlobalAverage(
        CudaStream stream, DeviceSlice source, TensorShape shape, StoragePrecision precision, DeviceSlice destination,
        KernelVariant variant = KernelVariant.Fastest)
    {
        LaunchChecks.RequireCountable(shape);
        source.RequireValues(shape.ElementCount, precision.Bytes());
        destination.RequireValues((long)shape.Batch * shape.Channels, precision.Bytes());
        int plane = shape.Height * shape.Width;
        if (variant == KernelVariant.Fastest && shape.Channels % precision.Lanes() == 0 && source.IsAligned())
        {
            Dim3 grid = new(LaunchChecks.CeilingDivide(shape.Channels, GlobalPieces * precision.Lanes()), shape.Batch);
            _global128[precision].Launch(stream, new LaunchShape(grid, new Dim3(GlobalPieces, GlobalRows)), source, plane, shape.Channels, destination);
        }
        else
        {
            int threads = Math.Min(shape.Channels, Threads);
            Dim3 grid = new(LaunchChecks.CeilingDivide(shape.Channels, threads), shape.Batch);
            _global[precision].Launch(stream, new LaunchShape(grid, threads), source, plane, shape.Channels, destination);
        }
    }
}

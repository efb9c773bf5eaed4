using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>Max-pool, average pool and global average pool of NHWC values.</summary>
internal sealed class PoolingKernels(CudaModule module)
{
    private const int Threads = 256;
    private const int WarpSize = 32;
    private const int GlobalPieces = 8;
    private const int GlobalRows = 32;

    private readonly PrecisionKernels _max = new(module, "cudanet_maxpool", "_nhwc");
    private readonly PrecisionKernels _max3x3s2 = new(module, "cudanet_maxpool", "_nhwc_3x3s2");
    private readonly PrecisionKernels _average = new(module, "cudanet_averagepool", "_nhwc");
    private readonly PrecisionKernels _average128 = new(module, "cudanet_averagepool", "_nhwc_v128");
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
        KernelVariant variant = KernelVariant.Fastest) => Max(stream, source, shape, Check(shape, op), op, precision, destination, variant);

    /// <summary>The same with what <see cref="Check(TensorShape, WindowPool)"/> gave, for those who launch it often.</summary>
    public void Max(
        CudaStream stream, DeviceSlice source, TensorShape shape, TensorShape to, MaxPool2d op, StoragePrecision precision, DeviceSlice destination,
        KernelVariant variant = KernelVariant.Fastest)
    {
        Check(source, shape, to, precision, destination);
        if (op is { Kernel: 3, Stride: 2, Padding: { Top: 1, Left: 1 } } && TakesPieces(source, shape, precision, destination, variant))
        {
            LaunchShape launch = Blocks(shape.Channels / precision.Lanes(), to, LaunchChecks.CeilingDivide(to.Width, 2));
            _max3x3s2[precision].Launch(stream, launch, source, shape.Height, shape.Width, shape.Channels, to.Height, to.Width, destination);
        }
        else
        {
            _max[precision].Launch(
                stream, Blocks(shape.Channels, to, to.Width), source, shape.Height, shape.Width, shape.Channels, to.Height, to.Width,
                op.Kernel, op.Stride, op.Padding.Top, op.Padding.Left, destination);
        }
    }

    /// <inheritdoc cref="Max(CudaStream, DeviceSlice, TensorShape, MaxPool2d, StoragePrecision, DeviceSlice, KernelVariant)"/>
    public void Average(
        CudaStream stream, DeviceSlice source, TensorShape shape, AvgPool2d op, StoragePrecision precision, DeviceSlice destination,
        KernelVariant variant = KernelVariant.Fastest) => Average(stream, source, shape, Check(shape, op), op, precision, destination, variant);

    /// <inheritdoc cref="Max(CudaStream, DeviceSlice, TensorShape, TensorShape, MaxPool2d, StoragePrecision, DeviceSlice, KernelVariant)"/>
    public void Average(
        CudaStream stream, DeviceSlice source, TensorShape shape, TensorShape to, AvgPool2d op, StoragePrecision precision, DeviceSlice destination,
        KernelVariant variant = KernelVariant.Fastest)
    {
        Check(source, shape, to, precision, destination);
        bool takesPieces = TakesPieces(source, shape, precision, destination, variant);
        LaunchShape launch = Blocks(takesPieces ? shape.Channels / precision.Lanes() : shape.Channels, to, to.Width);
        (takesPieces ? _average128 : _average)[precision].Launch(
            stream, launch, source, shape.Height, shape.Width, shape.Channels, to.Height, to.Width,
            op.Kernel, op.Stride, op.Padding.Top, op.Padding.Left, op.Padding.Bottom, op.Padding.Right, op.CountIncludePad ? 1 : 0, destination);
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

    /// <summary>The shape of what comes out of a pool that the kernels can count.</summary>
    /// <exception cref="ShapeException">They cannot.</exception>
    public static TensorShape Check(TensorShape shape, WindowPool op)
    {
        TensorShape to = op.InferShape([shape]);
        LaunchChecks.RequireCountable(shape);
        LaunchChecks.RequireCountable(to);
        LaunchChecks.RequireCountableExtent(shape.Height, op.Padding.Top, op.Padding.Bottom);
        LaunchChecks.RequireCountableExtent(shape.Width, op.Padding.Left, op.Padding.Right);
        return to;
    }

    private static void Check(DeviceSlice source, TensorShape shape, TensorShape to, StoragePrecision precision, DeviceSlice destination)
    {
        source.RequireValues(shape.ElementCount, precision.Bytes());
        destination.RequireValues(to.ElementCount, precision.Bytes());
    }

    private static bool TakesPieces(DeviceSlice source, TensorShape shape, StoragePrecision precision, DeviceSlice destination, KernelVariant variant) =>
        variant == KernelVariant.Fastest && shape.Channels % precision.Lanes() == 0 && source.IsAligned() && destination.IsAligned();

    /// <summary>Blocks of channels × outputs of a row, a grid of columns, rows and images.</summary>
    /// <param name="pieces">Of the channels.</param>
    /// <param name="to">What comes out.</param>
    /// <param name="outputs">Of a row, or groups of them, one for each thread.</param>
    private static LaunchShape Blocks(int pieces, TensorShape to, int outputs)
    {
        int columns = Math.Min(pieces, WarpSize);
        int rows = Math.Min(Threads / columns, outputs);
        return new LaunchShape(new Dim3(LaunchChecks.CeilingDivide(outputs, rows), to.Height, to.Batch), new Dim3(columns, rows));
    }
}

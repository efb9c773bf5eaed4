using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>
/// NCHW fp32 to NHWC in a storage precision, and back. NHWC pixels have <c>pitch</c> channels, at least the shape's: to NHWC the others become zero,
/// back they are dropped.
/// </summary>
internal sealed class LayoutKernels(CudaModule module)
{
    private readonly Direction _toNhwc = new(module, "cudanet_nchw_to_nhwc");
    private readonly Direction _toNchw = new(module, "cudanet_nhwc_to_nchw");
    private readonly PrecisionKernels[] _repitch = [.. Enum.GetValues<StoragePrecision>().Select(to => new PrecisionKernels(module, "cudanet_repitch", $"_to_{to.Suffix()}"))];

    /// <param name="stream">Where.</param>
    /// <param name="source">(N, C, H, W) in fp32.</param>
    /// <param name="shape">N×C×H×W.</param>
    /// <param name="pitch">Channels of a pixel in the destination.</param>
    /// <param name="precision">Of the destination.</param>
    /// <param name="destination">(N, H, W, pitch).</param>
    /// <param name="variant">Which kernel.</param>
    public void ToNhwc(
        CudaStream stream, DeviceSlice source, TensorShape shape, int pitch, StoragePrecision precision, DeviceSlice destination,
        KernelVariant variant = KernelVariant.Fastest)
    {
        Check(source, destination, shape, pitch, precision);
        LayoutMove move = new(shape, pitch, precision, source, destination, variant);
        _toNhwc.Launch(stream, move, source, destination, pitch);
    }

    /// <param name="stream">Where.</param>
    /// <param name="source">(N, H, W, pitch).</param>
    /// <param name="shape">N×C×H×W.</param>
    /// <param name="pitch">Channels of a pixel in the source.</param>
    /// <param name="precision">Of the source.</param>
    /// <param name="destination">(N, C, H, W) in fp32.</param>
    /// <param name="variant">Which kernel.</param>
    public void ToNchw(
        CudaStream stream, DeviceSlice source, TensorShape shape, int pitch, StoragePrecision precision, DeviceSlice destination,
        KernelVariant variant = KernelVariant.Fastest)
    {
        Check(destination, source, shape, pitch, precision);
        LayoutMove move = new(shape, pitch, precision, destination, source, variant);
        _toNchw.Launch(stream, move, source, destination, shape.Channels);
    }

    /// <summary>N×H×W×C to another precision and pitch.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="source">(N, H, W, C).</param>
    /// <param name="shape">N×C×H×W.</param>
    /// <param name="from">Precision of the source.</param>
    /// <param name="pitch">Channels of a pixel in the destination.</param>
    /// <param name="to">Precision of the destination.</param>
    /// <param name="destination">(N, H, W, pitch).</param>
    public void Repitch(CudaStream stream, DeviceSlice source, TensorShape shape, StoragePrecision from, int pitch, StoragePrecision to, DeviceSlice destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pitch, shape.Channels);
        LaunchChecks.RequireCountable(shape);
        LaunchChecks.RequireCountable(shape.Batch, pitch, shape.Height * shape.Width);
        int values = shape.Batch * shape.Height * shape.Width * pitch;
        source.RequireValues(shape.ElementCount, from.Bytes());
        destination.RequireValues(values, to.Bytes());
        _repitch[(int)to][from].Launch(stream, LaunchShape.For(values), source, values, shape.Channels, pitch, destination);
    }

    private static void Check(DeviceSlice nchw, DeviceSlice nhwc, TensorShape shape, int pitch, StoragePrecision precision)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pitch, shape.Channels);
        LaunchChecks.RequireCountable(shape);
        int plane = shape.Height * shape.Width;
        LaunchChecks.RequireCountable(shape.Batch, pitch, plane);
        nchw.RequireValues(shape.ElementCount, sizeof(float));
        nhwc.RequireValues((long)shape.Batch * plane * pitch, precision.Bytes());
    }

    private sealed class Direction(CudaModule module, string name)
    {
        private const int TileSide = 32;
        private const int ThinPixels = 256;
        private const int Threads = 256;

        private readonly PrecisionKernels _naive = new(module, name);
        private readonly PrecisionKernels _thin = new(module, name, "_thin");
        private readonly PrecisionKernels _tile = new(module, name, "_tile");
        private readonly PrecisionKernels _tile128 = new(module, name, "_tile128");
        private readonly PrecisionKernels _plane = new(module, name, "_plane");

        /// <summary>Launches over the channels that are written: the pitch to NHWC, those of the shape back.</summary>
        public void Launch(CudaStream stream, in LayoutMove move, DeviceSlice source, DeviceSlice destination, int channels)
        {
            (int plane, int batch, int pitch) = (move.Plane, move.Shape.Batch, move.Pitch);
            int columns = Math.Min(channels, TileSide);
            Dim3 tiles = new(LaunchChecks.CeilingDivide(plane, TileSide), LaunchChecks.CeilingDivide(channels, TileSide), batch);
            (PrecisionKernels kernels, LaunchShape launch) = move.Kernel switch
            {
                LayoutKernel.Thin => (_thin, new LaunchShape(new Dim3(LaunchChecks.CeilingDivide(plane, ThinPixels), batch), ThinPixels)),
                LayoutKernel.Tile => (_tile, new LaunchShape(tiles, new Dim3(TileSide, Threads / TileSide))),
                LayoutKernel.Tile128 => (_tile128, new LaunchShape(tiles, Threads)),
                LayoutKernel.Plane => (_plane, new LaunchShape(new Dim3(tiles.Y, batch), Threads, move.PlaneTileBytes)),
                _ => (_naive, new LaunchShape(new Dim3(LaunchChecks.CeilingDivide(plane, Threads / columns), batch), new Dim3(columns, Threads / columns))),
            };

            CudaKernel kernel = kernels[move.Precision];
            if (move.Kernel == LayoutKernel.Thin)
            {
                kernel.Launch(stream, launch, source, plane, move.Shape.Channels, pitch, move.ThinSkew, destination);
            }
            else
            {
                kernel.Launch(stream, launch, source, plane, move.Shape.Channels, pitch, destination);
            }
        }
    }
}

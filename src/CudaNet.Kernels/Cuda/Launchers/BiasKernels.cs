using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>Adds a constant to each channel of NHWC values or to each column of rows.</summary>
internal sealed class BiasKernels(CudaModule module)
{
    private readonly PrecisionKernels _naive = new(module, "cudanet_bias");
    private readonly PrecisionKernels _v128 = new(module, "cudanet_bias", "_v128");

    /// <param name="stream">Where.</param>
    /// <param name="source">(pixels, channels).</param>
    /// <param name="bias">(channels) in fp32.</param>
    /// <param name="pixels">Of all images.</param>
    /// <param name="channels">The constants.</param>
    /// <param name="precision">Of source and destination.</param>
    /// <param name="destination">As the source, or the source itself.</param>
    /// <param name="variant">Which kernel.</param>
    public void Add(
        CudaStream stream, DeviceSlice source, DeviceSlice bias, int pixels, int channels, StoragePrecision precision, DeviceSlice destination,
        KernelVariant variant = KernelVariant.Fastest)
    {
        LaunchChecks.RequireCountable(1, channels, pixels);
        long count = (long)pixels * channels;
        source.RequireValues(count, precision.Bytes());
        destination.RequireValues(count, precision.Bytes());
        bias.RequireValues(channels, sizeof(float));
        bool isFast = variant == KernelVariant.Fastest && channels % precision.Lanes() == 0 && source.IsAligned() && destination.IsAligned();
        LaunchShape launch = ChannelBlocks.For(pixels, channels, isFast ? precision.Lanes() : 1);
        (isFast ? _v128 : _naive)[precision].Launch(stream, launch, source, bias, pixels, channels, destination);
    }
}

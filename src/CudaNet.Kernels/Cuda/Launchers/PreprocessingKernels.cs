using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>Image normalisation: u8 HWC to NHWC, (pixel / 255 − mean) / std, padded channels zero.</summary>
internal sealed class PreprocessingKernels(CudaModule module)
{
    private const int PixelsPerBlock = 1024;
    private const int Threads = 256;

    private readonly PrecisionKernels _naive = new(module, "cudanet_normalize");
    private readonly PrecisionKernels _c1p4 = new(module, "cudanet_normalize", "_c1p4");
    private readonly PrecisionKernels _c1p8 = new(module, "cudanet_normalize", "_c1p8");
    private readonly PrecisionKernels _c3p4 = new(module, "cudanet_normalize", "_c3p4");
    private readonly PrecisionKernels _c3p8 = new(module, "cudanet_normalize", "_c3p8");

    /// <param name="stream">Where.</param>
    /// <param name="source">The pixels of all images, one after the other, 1 or 3 bytes each.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="normalization">The statistics.</param>
    /// <param name="pitch">Channels of a pixel in the destination, at least those of the source.</param>
    /// <param name="precision">Of the destination.</param>
    /// <param name="destination">(pixels, pitch).</param>
    /// <param name="variant">Which kernel.</param>
    public void Normalize(
        CudaStream stream, DeviceSlice source, int pixels, in Normalization normalization, int pitch, StoragePrecision precision, DeviceSlice destination,
        KernelVariant variant = KernelVariant.Fastest)
    {
        int channels = normalization.Channels;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pixels);
        ArgumentOutOfRangeException.ThrowIfLessThan(pitch, channels);
        source.RequireValues((long)pixels * channels, 1);
        destination.RequireValues((long)pixels * pitch, precision.Bytes());
        bool isFast = variant == KernelVariant.Fastest && pitch is (4 or 8) && source.IsAligned() && destination.IsAligned();
        Span<KernelArgument> arguments = stackalloc KernelArgument[11];
        arguments[0] = source;
        normalization.CopyTo(arguments[1..]);
        arguments[7] = pixels;
        if (isFast)
        {
            arguments[8] = destination;
            PrecisionKernels kernels = (channels, pitch) switch { (1, 4) => _c1p4, (1, _) => _c1p8, (_, 4) => _c3p4, _ => _c3p8 };
            kernels[precision].Launch(stream, new LaunchShape(LaunchChecks.CeilingDivide(pixels, PixelsPerBlock), Threads), arguments[..9]);
        }
        else
        {
            (arguments[8], arguments[9], arguments[10]) = (channels, pitch, destination);
            _naive[precision].Launch(stream, LaunchShape.For(pixels), arguments);
        }
    }
}

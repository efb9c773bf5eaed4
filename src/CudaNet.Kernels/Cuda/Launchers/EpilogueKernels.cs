using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>What follows a convolution: scale and shift for each channel, residual, ReLU; each stage stored where it has a destination.</summary>
internal sealed class EpilogueKernels(CudaModule module)
{
    private const int WithRelu = 1;

    private readonly PrecisionKernels _naive = new(module, "cudanet_epilogue");
    private readonly PrecisionKernels _v128 = new(module, "cudanet_epilogue", "_v128");

    /// <param name="stream">Where.</param>
    /// <param name="arguments">Operands and destinations.</param>
    /// <param name="shape">N×C×H×W of all values.</param>
    /// <param name="precision">Of source, residual and the destinations that are not fp32.</param>
    /// <param name="variant">Which kernel.</param>
    public void Run(
        CudaStream stream, in EpilogueArguments arguments, TensorShape shape, StoragePrecision precision, KernelVariant variant = KernelVariant.Fastest)
    {
        LaunchChecks.RequireCountable(shape);
        if (arguments.Scale.HasValue != arguments.Shift.HasValue || arguments.ResidualScale.HasValue != arguments.ResidualShift.HasValue)
        {
            throw new ArgumentException("scale and shift come together", nameof(arguments));
        }

        int channels = shape.Channels;
        arguments.Scale?.RequireValues(channels, sizeof(float), nameof(arguments.Scale));
        arguments.Shift?.RequireValues(channels, sizeof(float), nameof(arguments.Shift));
        arguments.ResidualScale?.RequireValues(channels, sizeof(float), nameof(arguments.ResidualScale));
        arguments.ResidualShift?.RequireValues(channels, sizeof(float), nameof(arguments.ResidualShift));
        arguments.Source.RequireValues(shape.ElementCount, precision.Bytes(), nameof(arguments.Source));
        arguments.Residual?.RequireValues(shape.ElementCount, precision.Bytes(), nameof(arguments.Residual));
        bool isFast = variant == KernelVariant.Fastest && channels % precision.Lanes() == 0 && arguments.Source.IsAligned()
            && (arguments.Residual?.IsAligned() ?? true);
        int flags = arguments.Relu ? WithRelu : 0;
        ReadOnlySpan<StageDestination?> stages = [arguments.Raw, arguments.Normalized, arguments.Sum, arguments.Activation];
        for (int i = 0; i < stages.Length; i++)
        {
            if (stages[i] is { } stage)
            {
                Check(stage, shape, precision);
                flags |= stage.Precision == precision ? 0 : WithRelu << (i + 1);
                isFast &= stage.Memory.IsAligned();
            }
        }

        int pixels = (int)(shape.ElementCount / channels);
        CudaKernel kernel = (isFast ? _v128 : _naive)[precision];
        kernel.Launch(
            stream,
            ChannelBlocks.For(pixels, channels, isFast ? precision.Lanes() : 1),
            arguments.Source, Address(arguments.Residual), Address(arguments.Scale), Address(arguments.Shift),
            Address(arguments.ResidualScale), Address(arguments.ResidualShift), pixels, channels, flags,
            Address(arguments.Raw?.Memory), Address(arguments.Normalized?.Memory), Address(arguments.Sum?.Memory), Address(arguments.Activation?.Memory));
    }

    private static void Check(StageDestination stage, TensorShape shape, StoragePrecision precision)
    {
        if (stage.Precision != precision && stage.Precision != StoragePrecision.Float32)
        {
            throw new ArgumentException($"a stage of {precision} values is stored as such or in fp32, not as {stage.Precision}", nameof(stage));
        }

        stage.Memory.RequireValues(shape.ElementCount, stage.Precision.Bytes(), "the destination of a stage");
    }

    private static KernelArgument Address(DeviceSlice? slice) => slice?.Address ?? default(DeviceAddress);
}

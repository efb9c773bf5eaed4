using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cudnn;

/// <summary>A cudnnPoolingDescriptor_t.</summary>
internal sealed class EmulatedPoolingDescriptor : ICudnnDescriptor
{
    public const int MaxSpatialRank = 6;

    /// <summary>CUDNN_POOLING_MAX.</summary>
    public const cudnnPoolingMode_t Max = 0;

    public static string Kind => "pooling descriptor";

    /// <summary>Spatial extents it was set for; 0 until then.</summary>
    public int SpatialRank { get; private set; }

    public cudnnPoolingMode_t Mode { get; private set; }

    public cudnnNanPropagation_t NanOption { get; private set; }

    public int[] Window { get; private set; } = [];

    public int[] Padding { get; private set; } = [];

    public int[] Stride { get; private set; } = [];

    public CudnnAnswer Set(cudnnPoolingMode_t mode, cudnnNanPropagation_t nan, ReadOnlySpan<int> window, ReadOnlySpan<int> padding, ReadOnlySpan<int> stride)
    {
        if (mode is < Max or > cudnnPoolingMode_t.CUDNN_POOLING_MAX_DETERMINISTIC
            || nan is < cudnnNanPropagation_t.CUDNN_NOT_PROPAGATE_NAN or > cudnnNanPropagation_t.CUDNN_PROPAGATE_NAN)
        {
            return CudnnAnswer.BadParam("mode or maxpoolingNanOpt is out of range");
        }

        if (window.ContainsAnyInRange(int.MinValue, 0) || stride.ContainsAnyInRange(int.MinValue, 0))
        {
            return CudnnAnswer.BadParam("window <= 0 || stride <= 0");
        }

        (SpatialRank, Mode, NanOption) = (window.Length, mode, nan);
        (Window, Padding, Stride) = (window.ToArray(), padding.ToArray(), stride.ToArray());
        for (int i = 0; i < window.Length; i++)
        {
            if (padding[i] < 0 || padding[i] >= window[i])
            {
                return CudnnAnswer.Accept($"padding {padding[i]} for a window of {window[i]}");
            }
        }

        return CudnnAnswer.Success;
    }

    /// <summary>The extents of the result, rounded down. What a refusal has already written stands in <paramref name="output"/>.</summary>
    public CudnnAnswer OutputExtents(TensorLayout? input, Span<int> output)
    {
        if (input is null || SpatialRank == 0)
        {
            return CudnnAnswer.BadParam("a descriptor was not set");
        }

        if (input.Rank != SpatialRank + 2 || output.Length != input.Rank)
        {
            return CudnnAnswer.BadParam("input and pooling do not fit");
        }

        input.Extents[..2].CopyTo(output);
        output[2..].Clear();
        for (int i = 0; i < SpatialRank; i++)
        {
            long room = input.Extents[i + 2] + (2L * Padding[i]) - Window[i];
            if (room < 0)
            {
                output[2..].Clear();
                return CudnnAnswer.BadParam("the window is larger than the padded image");
            }

            output[i + 2] = (int)((room / Stride[i]) + 1);
        }

        return CudnnAnswer.Success;
    }
}

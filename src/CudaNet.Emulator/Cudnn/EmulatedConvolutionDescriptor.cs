using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>A cudnnConvolutionDescriptor_t. Setting the geometry resets neither math type nor groups; a refused setter has already overwritten part of it.</summary>
internal sealed class EmulatedConvolutionDescriptor : ICudnnDescriptor
{
    public const int MaxSpatialRank = 6;

    public static string Kind => "convolution descriptor";

    /// <summary>Spatial extents it was set for; 0 until then.</summary>
    public int SpatialRank { get; private set; }

    public int[] Padding { get; private set; } = [];

    public int[] Stride { get; private set; } = [];

    public int[] Dilation { get; private set; } = [];

    public cudnnConvolutionMode_t Mode { get; private set; }

    public cudnnDataType_t ComputeType { get; private set; }

    public cudnnMathType_t MathType { get; private set; }

    public int Groups { get; private set; } = 1;

    public int ReorderType { get; private set; }

    /// <summary>Whether a convolution can be computed with it: not after a refused setter.</summary>
    public bool IsUsable => SpatialRank > 0 && !Stride.Any(s => s <= 0) && !Dilation.Any(d => d <= 0) && !Padding.Any(p => p < 0);

    public CudnnAnswer Set(ReadOnlySpan<int> padding, ReadOnlySpan<int> stride, ReadOnlySpan<int> dilation, cudnnConvolutionMode_t mode, cudnnDataType_t computeType)
    {
        if (SpatialRank != padding.Length)
        {
            Dilation = new int[padding.Length];
        }

        (SpatialRank, Padding, Stride, Mode, ComputeType) = (padding.Length, padding.ToArray(), stride.ToArray(), mode, computeType);
        if (padding.ContainsAnyInRange(int.MinValue, -1) || stride.ContainsAnyInRange(int.MinValue, 0) || dilation.ContainsAnyInRange(int.MinValue, 0))
        {
            return CudnnAnswer.BadParam("pad < 0 || stride <= 0 || dilation <= 0");
        }

        if (mode is < cudnnConvolutionMode_t.CUDNN_CONVOLUTION or > cudnnConvolutionMode_t.CUDNN_CROSS_CORRELATION)
        {
            return CudnnAnswer.BadParam("mode is out of range");
        }

        if (computeType is not (CUDNN_DATA_FLOAT or CUDNN_DATA_DOUBLE or CUDNN_DATA_HALF or CUDNN_DATA_INT32))
        {
            return CudnnAnswer.BadParam("computeType is out of range");
        }

        Dilation = dilation.ToArray();
        return CudnnAnswer.Success;
    }

    public CudnnAnswer SetMathType(cudnnMathType_t type)
    {
        if (type is < cudnnMathType_t.CUDNN_DEFAULT_MATH or > cudnnMathType_t.CUDNN_FMA_MATH)
        {
            return CudnnAnswer.BadParam("mathType is out of range");
        }

        MathType = type;
        return CudnnAnswer.Success;
    }

    public CudnnAnswer SetGroups(int groups)
    {
        if (groups < 1)
        {
            return CudnnAnswer.BadParam("groupCount < 1");
        }

        Groups = groups;
        return CudnnAnswer.Success;
    }

    public CudnnAnswer SetReorderType(int type)
    {
        if (type is < 0 or > 1)
        {
            return CudnnAnswer.BadParam("reorderType is out of range");
        }

        ReorderType = type;
        return CudnnAnswer.Success;
    }

    /// <summary>The extents of the result. What a refusal has already written stands in <paramref name="output"/>.</summary>
    public CudnnAnswer OutputExtents(TensorLayout? input, FilterLayout? filter, Span<int> output)
    {
        if (input is null || filter is null || SpatialRank == 0)
        {
            return CudnnAnswer.BadParam("a descriptor was not set");
        }

        output.Clear();
        if (input.Rank != filter.Rank || input.Rank != SpatialRank + 2 || output.Length != input.Rank
            || input.Extents[1] != (long)Groups * filter.Extents[1] || !IsUsable)
        {
            return CudnnAnswer.BadParam("input, filter and convolution do not fit");
        }

        output[0] = input.Extents[0];
        output[1] = filter.Extents[0];
        for (int i = 0; i < SpatialRank; i++)
        {
            long room = input.Extents[i + 2] + (2L * Padding[i]) - ((long)Dilation[i] * (filter.Extents[i + 2] - 1)) - 1;
            if (room < 0)
            {
                output[2..].Clear();
                return CudnnAnswer.BadParam("the filter is larger than the padded image");
            }

            output[i + 2] = (int)((room / Stride[i]) + 1);
        }

        return filter.Extents[0] % Groups != 0 ? CudnnAnswer.Accept("filters that the groups do not divide") : CudnnAnswer.Success;
    }
}

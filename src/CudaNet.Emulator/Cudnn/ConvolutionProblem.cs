using CudaNet.Emulator.Arithmetic;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;
using static CudaNet.Kernels.Cuda.Native.cudnnTensorFormat_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>A convolution whose descriptors fit each other: copied from them, so later changes do not reach it.</summary>
internal sealed class ConvolutionProblem
{
    private ConvolutionProblem(TensorLayout x, FilterLayout w, EmulatedConvolutionDescriptor convolution, TensorLayout y)
    {
        (X, W, Y) = (x, w, y);
        (Groups, Math, ComputeType) = (convolution.Groups, convolution.MathType, convolution.ComputeType);
        (PadHeight, PadWidth) = (convolution.Padding[0], convolution.Padding[1]);
        (StrideHeight, StrideWidth) = (convolution.Stride[0], convolution.Stride[1]);
        (DilationHeight, DilationWidth) = (convolution.Dilation[0], convolution.Dilation[1]);
        IsFlipped = convolution.Mode == cudnnConvolutionMode_t.CUDNN_CONVOLUTION;
    }

    public TensorLayout X { get; }

    public FilterLayout W { get; }

    public TensorLayout Y { get; }

    public int Groups { get; }

    public cudnnMathType_t Math { get; private set; }

    public cudnnDataType_t ComputeType { get; }

    public int PadHeight { get; }

    public int PadWidth { get; }

    public int StrideHeight { get; }

    public int StrideWidth { get; }

    public int DilationHeight { get; }

    public int DilationWidth { get; }

    /// <summary>A convolution in the mathematical sense: the filter is turned around.</summary>
    public bool IsFlipped { get; }

    public int Filters => W.Extents[0];

    /// <summary>Channels that one filter sees.</summary>
    public int FilterChannels => W.Extents[1];

    public int FilterHeight => W.Extents[2];

    public int FilterWidth => W.Extents[3];

    /// <summary>Terms of one sum.</summary>
    public int Depth => FilterChannels * FilterHeight * FilterWidth;

    public int PaddedHeight => X.Extents[2] + (2 * PadHeight);

    public int PaddedWidth => X.Extents[3] + (2 * PadWidth);

    public bool IsNhwcFilter => W.Format == CUDNN_TENSOR_NHWC;

    public bool IsInt8 => ComputeType == CUDNN_DATA_INT32;

    /// <summary>Sums in double precision: for DOUBLE, and for integers, where they are exact.</summary>
    public bool SumsInDouble => ComputeType is CUDNN_DATA_DOUBLE or CUDNN_DATA_INT32;

    /// <summary>The descriptors must be set and fit each other, or the answer is BAD_PARAM; what no algorithm computes is NOT_SUPPORTED.</summary>
    /// <param name="x">The input's layout; null if it was never set.</param>
    /// <param name="w">The filter's.</param>
    /// <param name="convolution">Geometry, groups and math type.</param>
    /// <param name="y">The result's layout.</param>
    /// <param name="problem">Null unless the answer is success.</param>
    public static CudnnAnswer TryCreate(TensorLayout? x, FilterLayout? w, EmulatedConvolutionDescriptor convolution, TensorLayout? y, out ConvolutionProblem? problem)
    {
        problem = null;
        if (x is null || w is null || y is null || !convolution.IsUsable)
        {
            return CudnnAnswer.BadParam("a descriptor was not set");
        }

        Span<int> output = stackalloc int[x.Rank];
        CudnnAnswer answer = convolution.OutputExtents(x, w, output);
        if (!answer.IsSuccess)
        {
            return answer;
        }

        if (!y.HasExtents(output))
        {
            return CudnnAnswer.BadParam($"y is {y}, the convolution gives {string.Join('×', output.ToArray())}");
        }

        if (w.Extents[0] % convolution.Groups != 0)
        {
            return CudnnAnswer.BadParam("the groups do not divide the filters");
        }

        if (x.Rank != 4)
        {
            return CudnnAnswer.NotSupported("convolutions of other than two spatial extents");
        }

        if (x.HasNegativeStride || y.HasNegativeStride)
        {
            return CudnnAnswer.NotSupported("negative strides");
        }

        ConvolutionProblem made = new(x, w, convolution, y);
        if (!made.HasKnownTypes())
        {
            return CudnnAnswer.NotSupported($"x {x.Type}, w {w.Type}, y {y.Type}, computed in {convolution.ComputeType}");
        }

        if ((made.X.Extents[2] + (2.0 * made.PadHeight)) * (made.X.Extents[3] + (2.0 * made.PadWidth)) * made.FilterChannels > 1 << 29)
        {
            return CudnnAnswer.NotSupported("a padded image of more than 2^29 elements");
        }

        problem = made;
        return CudnnAnswer.Success;
    }

    /// <summary>Tensor operations are a permission only: without tensor cores all is computed as with FMA math.</summary>
    public void ForgoTensorCores() => Math = cudnnMathType_t.CUDNN_FMA_MATH;

    /// <summary>What the operands are rounded to on a device of this compute capability.</summary>
    public OperandRounding Rounding(int capabilityMajor) => X.Type != CUDNN_DATA_FLOAT ? OperandRounding.None : Math switch
    {
        cudnnMathType_t.CUDNN_FMA_MATH => OperandRounding.None,
        cudnnMathType_t.CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION => OperandRounding.Float16,
        _ => capabilityMajor >= 8 ? OperandRounding.TensorFloat32 : OperandRounding.None,
    };

    private bool HasKnownTypes() => (X.Type, W.Type, Y.Type, ComputeType) is
        (CUDNN_DATA_FLOAT, CUDNN_DATA_FLOAT, CUDNN_DATA_FLOAT, CUDNN_DATA_FLOAT)
        or (CUDNN_DATA_HALF, CUDNN_DATA_HALF, CUDNN_DATA_HALF, CUDNN_DATA_HALF or CUDNN_DATA_FLOAT)
        or (CUDNN_DATA_BFLOAT16, CUDNN_DATA_BFLOAT16, CUDNN_DATA_BFLOAT16, CUDNN_DATA_FLOAT)
        or (CUDNN_DATA_DOUBLE, CUDNN_DATA_DOUBLE, CUDNN_DATA_DOUBLE, CUDNN_DATA_DOUBLE)
        or (CUDNN_DATA_INT8 or CUDNN_DATA_UINT8, CUDNN_DATA_INT8, CUDNN_DATA_INT8 or CUDNN_DATA_FLOAT, CUDNN_DATA_INT32);
}

using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnTensorFormat_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>A cudnnTensorDescriptor_t. A refused setter leaves the old value.</summary>
internal sealed class EmulatedTensorDescriptor : ICudnnDescriptor
{
    public const int MaxRank = 8;

    public static string Kind => "tensor descriptor";

    /// <summary>Null until it is set: it reads as zeros then.</summary>
    public TensorLayout? Layout { get; private set; }

    /// <summary>Empty until it is set.</summary>
    public ReadOnlySpan<int> Extents => Layout is null ? [] : Layout.Extents;

    public ReadOnlySpan<int> Strides => Layout is null ? [] : Layout.Strides;

    public CudnnAnswer SetDense(cudnnTensorFormat_t format, cudnnDataType_t type, ReadOnlySpan<int> extents)
    {
        int vector = CudnnTypes.VectorOf(type);
        bool vectorised = format == CUDNN_TENSOR_NCHW_VECT_C;
        if (format is < CUDNN_TENSOR_NCHW or > CUDNN_TENSOR_NCHW_VECT_C || !CudnnTypes.IsTensorType(type))
        {
            return CudnnAnswer.BadParam("dataType or format is out of range");
        }

        if (extents.ContainsAnyInRange(int.MinValue, 0))
        {
            return CudnnAnswer.BadParam("dim <= 0");
        }

        if (vectorised && (vector == 1 || extents[1] % vector != 0))
        {
            return CudnnAnswer.BadParam("NCHW_VECT_C needs a vector type and whole vectors of channels");
        }

        int[] strides = DenseStrides(format, vectorised ? [extents[0], extents[1] / vector, .. extents[2..]] : extents);
        CudnnAnswer answer = Set(type, extents, strides, vectorised);
        return answer.IsSuccess && vector > 1 && !vectorised ? CudnnAnswer.Accept($"{type} in a format without vectors") : answer;
    }

    public CudnnAnswer SetStrided(cudnnDataType_t type, ReadOnlySpan<int> extents, ReadOnlySpan<int> strides)
    {
        if (!CudnnTypes.IsTensorType(type))
        {
            return CudnnAnswer.BadParam("dataType is out of range");
        }

        if (extents.ContainsAnyInRange(int.MinValue, 0))
        {
            return CudnnAnswer.BadParam("dim <= 0");
        }

        CudnnAnswer answer = Set(type, extents, strides, vectorised: false);
        if (!answer.IsSuccess)
        {
            return answer;
        }

        return strides.ContainsAnyInRange(int.MinValue, -1) ? CudnnAnswer.Accept("a negative stride")
            : Layout!.Span < extents.ToArray().Aggregate(1L, (product, extent) => product * extent) ? CudnnAnswer.Accept("elements that overlap")
            : answer;
    }

    /// <summary>Copies a layout that is known to be right.</summary>
    public void Assign(TensorLayout layout) => Layout = layout;

    /// <summary>Strides of a dense tensor; products wrap as the library's do.</summary>
    public static int[] DenseStrides(cudnnTensorFormat_t format, ReadOnlySpan<int> extents)
    {
        int[] strides = new int[extents.Length];
        int stride = 1;
        if (format == CUDNN_TENSOR_NHWC)
        {
            strides[1] = 1;
            stride = extents[1];
        }

        for (int i = extents.Length - 1; i >= 0; i--)
        {
            if (format == CUDNN_TENSOR_NHWC && i == 1)
            {
                continue;
            }

            strides[i] = stride;
            stride = unchecked(stride * extents[i]);
        }

        return strides;
    }

    private CudnnAnswer Set(cudnnDataType_t type, ReadOnlySpan<int> extents, ReadOnlySpan<int> strides, bool vectorised)
    {
        for (int i = 0; i < extents.Length; i++)
        {
            if (strides[i] == 0 && extents[i] != 1)
            {
                return CudnnAnswer.BadParam("stride == 0");
            }
        }

        TensorLayout layout = new(type, extents.ToArray(), strides.ToArray(), vectorised);
        if (layout.Span > int.MaxValue)
        {
            return CudnnAnswer.NotSupported("the tensor spans more than 2^31-1 elements");
        }

        Layout = layout;
        return CudnnAnswer.Success;
    }
}

using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;
using static CudaNet.Kernels.Cuda.Native.cudnnTensorFormat_t;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>Calls on descriptors by what they do, and what the real library answered: 0, 2000 for a bad parameter, 3000 for what is not supported.</summary>
internal static unsafe class DescriptorCases
{
    private const cudnnTensorFormat_t Nchw = CUDNN_TENSOR_NCHW;

    public static readonly Dictionary<string, (int Status, Func<LibraryProgram, cudnnStatus_t> Call)> All = new()
    {
        ["a null descriptor"] = (2000, p => p.Cudnn.cudnnSetTensor4dDescriptor(0, Nchw, CUDNN_DATA_FLOAT, 1, 1, 1, 1)),
        ["creating into null"] = (2000, p => p.Cudnn.cudnnCreateTensorDescriptor(null)),
        ["destroying null"] = (0, p => p.Cudnn.cudnnDestroyTensorDescriptor(0)),
        ["no images"] = (2000, p => Set4d(p, Nchw, CUDNN_DATA_FLOAT, 0, 1, 1, 1)),
        ["negative width"] = (2000, p => Set4d(p, Nchw, CUDNN_DATA_FLOAT, 1, 1, 1, -1)),
        ["a format out of range"] = (2000, p => Set4d(p, (cudnnTensorFormat_t)3, CUDNN_DATA_FLOAT, 1, 1, 1, 1)),
        ["bfloat16"] = (0, p => Set4d(p, Nchw, CUDNN_DATA_BFLOAT16, 1, 1, 1, 1)),
        ["int32"] = (0, p => Set4d(p, Nchw, CUDNN_DATA_INT32, 1, 1, 1, 1)),
        ["int64"] = (2000, p => Set4d(p, Nchw, CUDNN_DATA_INT64, 1, 1, 1, 1)),
        ["boolean"] = (2000, p => Set4d(p, Nchw, CUDNN_DATA_BOOLEAN, 1, 1, 1, 1)),
        ["2·1024³ elements"] = (3000, p => Set4d(p, Nchw, CUDNN_DATA_INT8, 2, 1024, 1024, 1024)),
        ["2³¹−1 images"] = (0, p => Set4d(p, Nchw, CUDNN_DATA_INT8, int.MaxValue, 1, 1, 1)),
        ["65536⁴ elements"] = (2000, p => Set4d(p, Nchw, CUDNN_DATA_INT8, 65536, 65536, 65536, 65536)),
        ["vectors of channels"] = (0, p => Set4d(p, CUDNN_TENSOR_NCHW_VECT_C, CUDNN_DATA_INT8x4, 2, 8, 5, 7)),
        ["six channels in vectors of four"] = (2000, p => Set4d(p, CUDNN_TENSOR_NCHW_VECT_C, CUDNN_DATA_INT8x4, 2, 6, 5, 7)),
        ["vectors of a type that is none"] = (2000, p => Set4d(p, CUDNN_TENSOR_NCHW_VECT_C, CUDNN_DATA_FLOAT, 2, 8, 5, 7)),
        ["a vector type without vectors"] = (0, p => Set4d(p, Nchw, CUDNN_DATA_INT8x4, 2, 8, 5, 7)),
        ["stride 0 along more than one"] = (2000, p => SetStrides(p, 105, 35, 0, 1)),
        ["a negative stride"] = (0, p => SetStrides(p, 105, 35, -7, 1)),
        ["overlapping strides"] = (0, p => SetStrides(p, 1, 1, 1, 1)),
        ["padded rows"] = (0, p => SetStrides(p, 120, 40, 8, 1)),
        ["a huge stride"] = (3000, p => SetStrides(p, int.MaxValue, int.MaxValue, int.MaxValue, 1)),
        ["one extent"] = (2000, p => SetNd(p, 1)),
        ["three extents"] = (0, p => SetNd(p, 3)),
        ["eight extents"] = (0, p => SetNd(p, 8)),
        ["nine extents"] = (3000, p => SetNd(p, 9)),
        ["a filter of int32"] = (2000, p => SetFilter(p, CUDNN_DATA_INT32, Nchw, 4)),
        ["a filter of bfloat16"] = (0, p => SetFilter(p, CUDNN_DATA_BFLOAT16, Nchw, 4)),
        ["a filter without channels"] = (2000, p => SetFilter(p, CUDNN_DATA_FLOAT, Nchw, 0)),
        ["format and type swapped, NHWC and HALF"] = (2000, p => SetFilter(p, (cudnnDataType_t)(int)CUDNN_TENSOR_NHWC, (cudnnTensorFormat_t)(int)CUDNN_DATA_HALF, 4)),
        ["format and type swapped, NHWC and FLOAT"] = (0, p => SetFilter(p, (cudnnDataType_t)(int)CUDNN_TENSOR_NHWC, (cudnnTensorFormat_t)(int)CUDNN_DATA_FLOAT, 4)),
        ["negative padding"] = (2000, p => SetConvolution(p, -1, 1, 1, 1, CUDNN_DATA_FLOAT)),
        ["stride 0"] = (2000, p => SetConvolution(p, 0, 0, 1, 1, CUDNN_DATA_FLOAT)),
        ["dilation 0"] = (2000, p => SetConvolution(p, 0, 1, 0, 1, CUDNN_DATA_FLOAT)),
        ["a mode out of range"] = (2000, p => SetConvolution(p, 0, 1, 1, 2, CUDNN_DATA_FLOAT)),
        ["computing in half"] = (0, p => SetConvolution(p, 0, 1, 1, 1, CUDNN_DATA_HALF)),
        ["computing in int32"] = (0, p => SetConvolution(p, 0, 1, 1, 1, CUDNN_DATA_INT32)),
        ["computing in bfloat16"] = (2000, p => SetConvolution(p, 0, 1, 1, 1, CUDNN_DATA_BFLOAT16)),
        ["math type 4"] = (2000, p => p.Cudnn.cudnnSetConvolutionMathType(p.Convolution(0, 1, 1, 1, 0, CUDNN_DATA_FLOAT), (cudnnMathType_t)4)),
        ["no groups"] = (2000, p => p.Cudnn.cudnnSetConvolutionGroupCount(p.Convolution(0, 1, 1, 1, 0, CUDNN_DATA_FLOAT), 0)),
        ["a million groups"] = (0, p => p.Cudnn.cudnnSetConvolutionGroupCount(p.Convolution(0, 1, 1, 1, 0, CUDNN_DATA_FLOAT), 1_000_000)),
        ["an output dimension"] = (0, p => OutputDim(p, 3, 3, 1, 6)),
        ["a filter larger than the image"] = (2000, p => OutputDim(p, 3, 9, 1, 6)),
        ["channels that do not match"] = (2000, p => OutputDim(p, 4, 3, 1, 6)),
        ["filters that the groups do not divide"] = (0, p => OutputDim(p, 1, 3, 3, 7)),
        ["a pooling window of 0"] = (2000, p => SetPooling(p, 0, 0, 1, 0)),
        ["a pooling stride of 0"] = (2000, p => SetPooling(p, 3, 0, 0, 0)),
        ["a pooling mode out of range"] = (2000, p => SetPooling(p, 3, 0, 1, 4)),
        ["negative padding of a pooling"] = (0, p => SetPooling(p, 3, -1, 1, 0)),
        ["padding as wide as the window"] = (0, p => SetPooling(p, 3, 3, 1, 0)),
        ["swish"] = (0, p => SetActivation(p, 6, 0, 0)),
        ["activation 7"] = (2000, p => SetActivation(p, 7, 0, 0)),
        ["a NaN option of 2"] = (2000, p => SetActivation(p, 1, 2, 0)),
        ["a coefficient of NaN"] = (0, p => SetActivation(p, 3, 0, double.NaN)),
        ["an operation in bfloat16"] = (0, p => SetOp(p, 0, CUDNN_DATA_BFLOAT16)),
        ["operation 6"] = (2000, p => SetOp(p, 6, CUDNN_DATA_FLOAT)),
        ["a reduction in bfloat16"] = (2000, p => SetReduction(p, 0, CUDNN_DATA_BFLOAT16, 0, 0)),
        ["reduction 9"] = (2000, p => SetReduction(p, 9, CUDNN_DATA_FLOAT, 0, 0)),
        ["indices of a sum"] = (0, p => SetReduction(p, 0, CUDNN_DATA_FLOAT, 1, 0)),
        ["index type 4"] = (2000, p => SetReduction(p, 3, CUDNN_DATA_FLOAT, 1, 4)),
    };

    private static cudnnStatus_t Set4d(LibraryProgram p, cudnnTensorFormat_t format, cudnnDataType_t type, int n, int c, int h, int w) =>
        p.Cudnn.cudnnSetTensor4dDescriptor(Fresh(p, "cudnnCreateTensorDescriptor"), format, type, n, c, h, w);

    private static cudnnStatus_t SetStrides(LibraryProgram p, int n, int c, int h, int w) =>
        p.Cudnn.cudnnSetTensor4dDescriptorEx(Fresh(p, "cudnnCreateTensorDescriptor"), CUDNN_DATA_FLOAT, 2, 3, 5, 7, n, c, h, w);

    private static cudnnStatus_t SetNd(LibraryProgram p, int rank)
    {
        int* ones = stackalloc int[] { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
        return ((delegate* unmanaged<nint, cudnnDataType_t, int, int*, int*, cudnnStatus_t>)p.Raw("cudnnSetTensorNdDescriptor"))(
            Fresh(p, "cudnnCreateTensorDescriptor"), CUDNN_DATA_FLOAT, rank, ones, ones);
    }

    private static cudnnStatus_t SetFilter(LibraryProgram p, cudnnDataType_t type, cudnnTensorFormat_t format, int channels) =>
        p.Cudnn.cudnnSetFilter4dDescriptor(Fresh(p, "cudnnCreateFilterDescriptor"), type, format, 8, channels, 3, 3);

    private static cudnnStatus_t SetConvolution(LibraryProgram p, int pad, int stride, int dilation, int mode, cudnnDataType_t compute) =>
        p.Cudnn.cudnnSetConvolution2dDescriptor(Fresh(p, "cudnnCreateConvolutionDescriptor"), pad, 0, stride, 1, dilation, 1, (cudnnConvolutionMode_t)mode, compute);

    private static cudnnStatus_t OutputDim(LibraryProgram p, int channels, int window, int groups, int filters)
    {
        int n, c, h, w;
        return p.Cudnn.cudnnGetConvolution2dForwardOutputDim(
            p.Convolution(0, 1, 1, groups, 0, CUDNN_DATA_FLOAT), p.Tensor(CUDNN_DATA_FLOAT, false, 2, 3, 8, 8), p.Filter(CUDNN_DATA_FLOAT, false, filters, channels, window, window), &n, &c, &h, &w);
    }

    private static cudnnStatus_t SetPooling(LibraryProgram p, int window, int pad, int stride, int mode) =>
        p.Cudnn.cudnnSetPooling2dDescriptor(Fresh(p, "cudnnCreatePoolingDescriptor"), (cudnnPoolingMode_t)mode, 0, window, 3, pad, 0, stride, 1);

    private static cudnnStatus_t SetActivation(LibraryProgram p, int mode, int nan, double coefficient) =>
        p.Cudnn.cudnnSetActivationDescriptor(Fresh(p, "cudnnCreateActivationDescriptor"), (cudnnActivationMode_t)mode, (cudnnNanPropagation_t)nan, coefficient);

    private static cudnnStatus_t SetOp(LibraryProgram p, int op, cudnnDataType_t compute) =>
        ((delegate* unmanaged<nint, int, cudnnDataType_t, int, cudnnStatus_t>)p.Raw("cudnnSetOpTensorDescriptor"))(Fresh(p, "cudnnCreateOpTensorDescriptor"), op, compute, 0);

    private static cudnnStatus_t SetReduction(LibraryProgram p, int op, cudnnDataType_t compute, int indices, int indexType) =>
        ((delegate* unmanaged<nint, int, cudnnDataType_t, int, int, int, cudnnStatus_t>)p.Raw("cudnnSetReduceTensorDescriptor"))(
            Fresh(p, "cudnnCreateReduceTensorDescriptor"), op, compute, 0, indices, indexType);

    private static nint Fresh(LibraryProgram p, string create)
    {
        nint made;
        LibraryProgram.Ok(((delegate* unmanaged<nint*, cudnnStatus_t>)p.Raw(create))(&made));
        return made;
    }
}

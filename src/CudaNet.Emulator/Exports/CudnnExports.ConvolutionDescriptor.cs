using CudaNet.Emulator.Cudnn;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CudnnExports
{
    public static cudnnStatus_t cudnnCreateConvolutionDescriptor(nint* convDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnCreateConvolutionDescriptor));
        return call.Answer(call.Create<EmulatedConvolutionDescriptor>(convDesc));
    }

    public static cudnnStatus_t cudnnDestroyConvolutionDescriptor(nint convDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnDestroyConvolutionDescriptor));
        return call.Answer(call.Destroy<EmulatedConvolutionDescriptor>(convDesc));
    }

    public static cudnnStatus_t cudnnSetConvolution2dDescriptor(
        nint convDesc, int padH, int padW, int u, int v, int dilationH, int dilationW, cudnnConvolutionMode_t mode, cudnnDataType_t computeType)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetConvolution2dDescriptor));
        return call.Answer(call.Find(convDesc, out EmulatedConvolutionDescriptor convolution)
            ?? convolution.Set([padH, padW], [u, v], [dilationH, dilationW], mode, computeType));
    }

    public static cudnnStatus_t cudnnGetConvolution2dDescriptor(
        nint convDesc, int* padH, int* padW, int* u, int* v, int* dilationH, int* dilationW, cudnnConvolutionMode_t* mode, cudnnDataType_t* computeType)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetConvolution2dDescriptor));
        if (call.Find(convDesc, out EmulatedConvolutionDescriptor convolution) is { } refused)
        {
            return call.Answer(refused);
        }

        Put(padH, At(convolution.Padding, 0));
        Put(padW, At(convolution.Padding, 1));
        Put(u, At(convolution.Stride, 0));
        Put(v, At(convolution.Stride, 1));
        Put(dilationH, At(convolution.Dilation, 0));
        Put(dilationW, At(convolution.Dilation, 1));
        Put(mode, convolution.Mode);
        Put(computeType, convolution.ComputeType);
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnSetConvolutionNdDescriptor(
        nint convDesc, int arrayLength, int* padA, int* filterStrideA, int* dilationA, cudnnConvolutionMode_t mode, cudnnDataType_t computeType)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetConvolutionNdDescriptor));
        CudnnAnswer? refused = call.Find(convDesc, out EmulatedConvolutionDescriptor convolution)
            ?? RefuseCount(arrayLength, 0, EmulatedConvolutionDescriptor.MaxSpatialRank)
            ?? (arrayLength == 0 ? null : RefuseNull(padA, filterStrideA) ?? RefuseNull(dilationA, dilationA));
        if (refused is { } answer)
        {
            return call.Answer(answer);
        }

        answer = convolution.Set(new(padA, arrayLength), new(filterStrideA, arrayLength), new(dilationA, arrayLength), mode, computeType);
        return call.Answer(answer.IsSuccess && arrayLength == 0 ? CudnnAnswer.Accept("a convolution without spatial extents") : answer);
    }

    public static cudnnStatus_t cudnnGetConvolutionNdDescriptor(
        nint convDesc, int arrayLengthRequested, int* arrayLength, int* padA, int* strideA, int* dilationA, cudnnConvolutionMode_t* mode, cudnnDataType_t* computeType)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetConvolutionNdDescriptor));
        if (call.Find(convDesc, out EmulatedConvolutionDescriptor convolution) is { } refused)
        {
            return call.Answer(refused);
        }

        Put(arrayLength, convolution.SpatialRank);
        CopyOut(convolution.Padding, arrayLengthRequested, padA);
        CopyOut(convolution.Stride, arrayLengthRequested, strideA);
        CopyOut(convolution.Dilation, arrayLengthRequested, dilationA);
        Put(mode, convolution.Mode);
        Put(computeType, convolution.ComputeType);
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnSetConvolutionMathType(nint convDesc, cudnnMathType_t mathType)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetConvolutionMathType));
        return call.Answer(call.Find(convDesc, out EmulatedConvolutionDescriptor convolution) ?? convolution.SetMathType(mathType));
    }

    public static cudnnStatus_t cudnnGetConvolutionMathType(nint convDesc, cudnnMathType_t* mathType)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetConvolutionMathType));
        return call.Answer(call.Find(convDesc, out EmulatedConvolutionDescriptor convolution) ?? Give(mathType, convolution.MathType));
    }

    public static cudnnStatus_t cudnnSetConvolutionGroupCount(nint convDesc, int groupCount)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetConvolutionGroupCount));
        return call.Answer(call.Find(convDesc, out EmulatedConvolutionDescriptor convolution) ?? convolution.SetGroups(groupCount));
    }

    public static cudnnStatus_t cudnnGetConvolutionGroupCount(nint convDesc, int* groupCount)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetConvolutionGroupCount));
        return call.Answer(call.Find(convDesc, out EmulatedConvolutionDescriptor convolution) ?? Give(groupCount, convolution.Groups));
    }

    public static cudnnStatus_t cudnnSetConvolutionReorderType(nint convDesc, int reorderType)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetConvolutionReorderType));
        return call.Answer(call.Find(convDesc, out EmulatedConvolutionDescriptor convolution) ?? convolution.SetReorderType(reorderType));
    }

    public static cudnnStatus_t cudnnGetConvolution2dForwardOutputDim(nint convDesc, nint inputTensorDesc, nint filterDesc, int* n, int* c, int* h, int* w)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetConvolution2dForwardOutputDim));
        if ((call.Find(convDesc, out EmulatedConvolutionDescriptor convolution) ?? call.Find(inputTensorDesc, out EmulatedTensorDescriptor _) ?? call.Find(filterDesc, out EmulatedFilterDescriptor _)) is { } refused)
        {
            return call.Answer(refused);
        }

        if (n == null || c == null || h == null || w == null)
        {
            return call.Answer(CudnnAnswer.Crash("an out pointer is NULL"));
        }

        call.Find(inputTensorDesc, out EmulatedTensorDescriptor input);
        call.Find(filterDesc, out EmulatedFilterDescriptor filter);
        Span<int> output = stackalloc int[4];
        CudnnAnswer answer = convolution.OutputExtents(input.Layout, filter.Layout, output);
        (*n, *c, *h, *w) = (output[0], output[1], output[2], output[3]);
        return call.Answer(answer);
    }

    public static cudnnStatus_t cudnnGetConvolutionNdForwardOutputDim(nint convDesc, nint inputTensorDesc, nint filterDesc, int nbDims, int* tensorOutputDimA)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetConvolutionNdForwardOutputDim));
        if ((call.Find(convDesc, out EmulatedConvolutionDescriptor convolution) ?? call.Find(inputTensorDesc, out EmulatedTensorDescriptor _) ?? call.Find(filterDesc, out EmulatedFilterDescriptor _)
            ?? RefuseCount(nbDims, 0, EmulatedTensorDescriptor.MaxRank) ?? RefuseNull(tensorOutputDimA, tensorOutputDimA)) is { } refused)
        {
            return call.Answer(refused);
        }

        call.Find(inputTensorDesc, out EmulatedTensorDescriptor input);
        call.Find(filterDesc, out EmulatedFilterDescriptor filter);
        return call.Answer(convolution.OutputExtents(input.Layout, filter.Layout, new(tensorOutputDimA, nbDims)));
    }

    /// <summary>Answers a getter whose out parameter must not be null.</summary>
    private static CudnnAnswer Give<T>(T* target, T value)
        where T : unmanaged
    {
        Put(target, value);
        return target == null ? CudnnAnswer.Crash("an out pointer is NULL") : CudnnAnswer.Success;
    }
}

using CudaNet.Emulator.Cudnn;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CudnnExports
{
    public static cudnnStatus_t cudnnCreatePoolingDescriptor(nint* poolingDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnCreatePoolingDescriptor));
        return call.Answer(call.Create<EmulatedPoolingDescriptor>(poolingDesc));
    }

    public static cudnnStatus_t cudnnDestroyPoolingDescriptor(nint poolingDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnDestroyPoolingDescriptor));
        return call.Answer(call.Destroy<EmulatedPoolingDescriptor>(poolingDesc));
    }

    public static cudnnStatus_t cudnnSetPooling2dDescriptor(
        nint poolingDesc, cudnnPoolingMode_t mode, cudnnNanPropagation_t nan, int windowHeight, int windowWidth, int verticalPadding, int horizontalPadding, int verticalStride, int horizontalStride)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetPooling2dDescriptor));
        return call.Answer(call.Find(poolingDesc, out EmulatedPoolingDescriptor pooling)
            ?? pooling.Set(mode, nan, [windowHeight, windowWidth], [verticalPadding, horizontalPadding], [verticalStride, horizontalStride]));
    }

    public static cudnnStatus_t cudnnGetPooling2dDescriptor(
        nint poolingDesc, cudnnPoolingMode_t* mode, cudnnNanPropagation_t* nan, int* windowHeight, int* windowWidth, int* verticalPadding, int* horizontalPadding, int* verticalStride, int* horizontalStride)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetPooling2dDescriptor));
        if (call.Find(poolingDesc, out EmulatedPoolingDescriptor pooling) is { } refused)
        {
            return call.Answer(refused);
        }

        Put(mode, pooling.Mode);
        Put(nan, pooling.NanOption);
        Put(windowHeight, At(pooling.Window, 0));
        Put(windowWidth, At(pooling.Window, 1));
        Put(verticalPadding, At(pooling.Padding, 0));
        Put(horizontalPadding, At(pooling.Padding, 1));
        Put(verticalStride, At(pooling.Stride, 0));
        Put(horizontalStride, At(pooling.Stride, 1));
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnSetPoolingNdDescriptor(
        nint poolingDesc, cudnnPoolingMode_t mode, cudnnNanPropagation_t nan, int nbDims, int* windowDimA, int* paddingA, int* strideA)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetPoolingNdDescriptor));
        return call.Answer(call.Find(poolingDesc, out EmulatedPoolingDescriptor pooling)
            ?? RefuseCount(nbDims, 1, EmulatedPoolingDescriptor.MaxSpatialRank)
            ?? RefuseNull(windowDimA, paddingA) ?? RefuseNull(strideA, strideA)
            ?? pooling.Set(mode, nan, new(windowDimA, nbDims), new(paddingA, nbDims), new(strideA, nbDims)));
    }

    public static cudnnStatus_t cudnnGetPooling2dForwardOutputDim(nint poolingDesc, nint inputTensorDesc, int* n, int* c, int* h, int* w)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetPooling2dForwardOutputDim));
        if ((call.Find(poolingDesc, out EmulatedPoolingDescriptor pooling) ?? call.Find(inputTensorDesc, out EmulatedTensorDescriptor _)) is { } refused)
        {
            return call.Answer(refused);
        }

        if (n == null || c == null || h == null || w == null)
        {
            return call.Answer(CudnnAnswer.Crash("an out pointer is NULL"));
        }

        call.Find(inputTensorDesc, out EmulatedTensorDescriptor input);
        Span<int> output = stackalloc int[4];
        CudnnAnswer answer = pooling.OutputExtents(input.Layout, output);
        (*n, *c, *h, *w) = (output[0], output[1], output[2], output[3]);
        return call.Answer(answer);
    }

    public static cudnnStatus_t cudnnGetPoolingNdForwardOutputDim(nint poolingDesc, nint inputTensorDesc, int nbDims, int* outputTensorDimA)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetPoolingNdForwardOutputDim));
        return call.Answer(call.Find(poolingDesc, out EmulatedPoolingDescriptor pooling) ?? call.Find(inputTensorDesc, out EmulatedTensorDescriptor input)
            ?? RefuseCount(nbDims, 0, EmulatedTensorDescriptor.MaxRank) ?? RefuseNull(outputTensorDimA, outputTensorDimA)
            ?? pooling.OutputExtents(input.Layout, new(outputTensorDimA, nbDims)));
    }

    public static cudnnStatus_t cudnnPoolingForward(nint handle, nint poolingDesc, void* alpha, nint xDesc, void* x, void* beta, nint yDesc, void* y)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnPoolingForward), handle);
        return call.Answer(call.Find(handle, out EmulatedCudnnHandle cudnn) ?? call.Find(poolingDesc, out EmulatedPoolingDescriptor pooling)
            ?? call.Find(xDesc, x, out TensorOperand input) ?? call.Find(yDesc, y, out TensorOperand output)
            ?? TensorChecks.Scaling(alpha, beta, output.Layout.Type, out Scaling scaling)
            ?? TensorChecks.Pooling(pooling, input, output)
            ?? CudnnCall.Enqueue(cudnn, new PoolingOperation(pooling, input, output, scaling, TensorChecks.InDouble(input.Layout, output.Layout))));
    }
}

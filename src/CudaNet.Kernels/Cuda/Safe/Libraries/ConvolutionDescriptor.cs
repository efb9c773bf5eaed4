using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>Padding, stride, dilation, groups and arithmetic of a convolution.</summary>
internal sealed unsafe class ConvolutionDescriptor(CudaContext context) : CudnnDescriptor(context, DestroyCall, Create(context))
{
    private static readonly ReleaseCall DestroyCall = new(nameof(CudnnApi.cudnnDestroyConvolutionDescriptor), static (l, h) => (int)l.Cudnn.cudnnDestroyConvolutionDescriptor(h));

    /// <summary>Sets all but the math type, which <see cref="SetMathType"/> sets. After a refusal the native object is half overwritten: set it again.</summary>
    public ConvolutionDescriptor Set((int H, int W) pad, (int H, int W) stride, (int H, int W) dilation, int groups, cudnnDataType_t compute)
    {
        CudnnApi cudnn = Context.Libraries.Cudnn;
        using HandleUse handle = Handle.Use();
        Text = $"pad {pad}, stride {stride}, dilation {dilation}, {groups} groups, {compute}";
        cudnnStatus_t result = cudnn.cudnnSetConvolution2dDescriptor(
            handle.Value, pad.H, pad.W, stride.H, stride.W, dilation.H, dilation.W, cudnnConvolutionMode_t.CUDNN_CROSS_CORRELATION, compute);
        Context.Check(result, nameof(CudnnApi.cudnnSetConvolution2dDescriptor), $"{Text}");
        Context.Check(cudnn.cudnnSetConvolutionGroupCount(handle.Value, groups), nameof(CudnnApi.cudnnSetConvolutionGroupCount), $"{groups}");
        return this;
    }

    /// <summary>To be set to the chosen algorithm's own before its workspace is asked for and before it runs.</summary>
    public void SetMathType(cudnnMathType_t type)
    {
        using HandleUse handle = Handle.Use();
        Context.Check(Context.Libraries.Cudnn.cudnnSetConvolutionMathType(handle.Value, type), nameof(CudnnApi.cudnnSetConvolutionMathType), $"{type}");
    }

    /// <summary>The output's extents.</summary>
    public (int N, int C, int H, int W) OutputOf(TensorDescriptor input, FilterDescriptor filter)
    {
        using HandleUse handle = Handle.Use(), x = input.Handle.Use(), w = filter.Handle.Use();
        int n, c, h, width;
        cudnnStatus_t result = Context.Libraries.Cudnn.cudnnGetConvolution2dForwardOutputDim(handle.Value, x.Value, w.Value, &n, &c, &h, &width);
        Context.Check(result, nameof(CudnnApi.cudnnGetConvolution2dForwardOutputDim), $"x {input}, w {filter}, {Text}");
        return (n, c, h, width);
    }

    private static nint Create(CudaContext context)
    {
        context.Enter();
        nint handle;
        context.Check(context.Libraries.Cudnn.cudnnCreateConvolutionDescriptor(&handle), nameof(CudnnApi.cudnnCreateConvolutionDescriptor));
        return handle;
    }
}

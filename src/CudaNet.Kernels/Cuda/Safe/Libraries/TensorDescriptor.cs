using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>Type, extents and layout of a tensor.</summary>
internal sealed unsafe class TensorDescriptor(CudaContext context) : CudnnDescriptor(context, DestroyCall, Create(context))
{
    private static readonly ReleaseCall DestroyCall = new(nameof(CudnnApi.cudnnDestroyTensorDescriptor), static (l, h) => (int)l.Cudnn.cudnnDestroyTensorDescriptor(h));

    /// <summary>A packed tensor.</summary>
    public TensorDescriptor Set(cudnnTensorFormat_t format, cudnnDataType_t type, int n, int c, int h, int w)
    {
        using HandleUse handle = Handle.Use();
        Text = $"{n}×{c}×{h}×{w} {type} {format}";
        Context.Check(Context.Libraries.Cudnn.cudnnSetTensor4dDescriptor(handle.Value, format, type, n, c, h, w), nameof(CudnnApi.cudnnSetTensor4dDescriptor), $"{Text}");
        return this;
    }

    /// <summary>A tensor with any strides, in elements.</summary>
    public TensorDescriptor Set(cudnnDataType_t type, (int N, int C, int H, int W) extents, (int N, int C, int H, int W) strides)
    {
        using HandleUse handle = Handle.Use();
        Text = $"{extents.N}×{extents.C}×{extents.H}×{extents.W} {type} strides {strides}";
        cudnnStatus_t result = Context.Libraries.Cudnn.cudnnSetTensor4dDescriptorEx(
            handle.Value, type, extents.N, extents.C, extents.H, extents.W, strides.N, strides.C, strides.H, strides.W);
        Context.Check(result, nameof(CudnnApi.cudnnSetTensor4dDescriptorEx), $"{Text}");
        return this;
    }

    private static nint Create(CudaContext context)
    {
        context.Enter();
        nint handle;
        context.Check(context.Libraries.Cudnn.cudnnCreateTensorDescriptor(&handle), nameof(CudnnApi.cudnnCreateTensorDescriptor));
        return handle;
    }
}

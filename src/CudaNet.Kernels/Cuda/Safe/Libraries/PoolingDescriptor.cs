using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>Kind, window, padding and stride of a pooling.</summary>
internal sealed unsafe class PoolingDescriptor(CudaContext context) : CudnnDescriptor(context, DestroyCall, Create(context))
{
    private static readonly ReleaseCall DestroyCall = new(nameof(CudnnApi.cudnnDestroyPoolingDescriptor), static (l, h) => (int)l.Cudnn.cudnnDestroyPoolingDescriptor(h));

    /// <exception cref="ArgumentOutOfRangeException">The padding is negative or not less than the window, which cuDNN itself does not refuse.</exception>
    public PoolingDescriptor Set(cudnnPoolingMode_t mode, (int H, int W) window, (int H, int W) pad, (int H, int W) stride)
    {
        if (pad.H < 0 || pad.W < 0 || pad.H >= window.H || pad.W >= window.W)
        {
            throw new ArgumentOutOfRangeException(nameof(pad), pad, $"the padding must be less than the window {window}, and not negative");
        }

        using HandleUse handle = Handle.Use();
        Text = $"{mode}, window {window}, pad {pad}, stride {stride}";
        cudnnStatus_t result = Context.Libraries.Cudnn.cudnnSetPooling2dDescriptor(
            handle.Value, mode, cudnnNanPropagation_t.CUDNN_PROPAGATE_NAN, window.H, window.W, pad.H, pad.W, stride.H, stride.W);
        Context.Check(result, nameof(CudnnApi.cudnnSetPooling2dDescriptor), $"{Text}");
        return this;
    }

    private static nint Create(CudaContext context)
    {
        context.Enter();
        nint handle;
        context.Check(context.Libraries.Cudnn.cudnnCreatePoolingDescriptor(&handle), nameof(CudnnApi.cudnnCreatePoolingDescriptor));
        return handle;
    }
}

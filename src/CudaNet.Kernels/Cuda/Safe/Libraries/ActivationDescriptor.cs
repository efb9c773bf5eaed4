using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>Which activation follows.</summary>
internal sealed unsafe class ActivationDescriptor(CudaContext context) : CudnnDescriptor(context, DestroyCall, Create(context))
{
    private static readonly ReleaseCall DestroyCall = new(nameof(CudnnApi.cudnnDestroyActivationDescriptor), static (l, h) => (int)l.Cudnn.cudnnDestroyActivationDescriptor(h));

    /// <summary>The fused convolution asks that NaN is not propagated by the descriptor.</summary>
    public ActivationDescriptor Set(cudnnActivationMode_t mode, double coefficient = 0)
    {
        using HandleUse handle = Handle.Use();
        Text = $"{mode}";
        cudnnStatus_t result = Context.Libraries.Cudnn.cudnnSetActivationDescriptor(handle.Value, mode, cudnnNanPropagation_t.CUDNN_NOT_PROPAGATE_NAN, coefficient);
        Context.Check(result, nameof(CudnnApi.cudnnSetActivationDescriptor), $"{Text}");
        return this;
    }

    private static nint Create(CudaContext context)
    {
        context.Enter();
        nint handle;
        context.Check(context.Libraries.Cudnn.cudnnCreateActivationDescriptor(&handle), nameof(CudnnApi.cudnnCreateActivationDescriptor));
        return handle;
    }
}

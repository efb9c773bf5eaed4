using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>Type, extents and layout of a convolution's weights.</summary>
internal sealed unsafe class FilterDescriptor(CudaContext context) : CudnnDescriptor(context, DestroyCall, Create(context))
{
    private static readonly ReleaseCall DestroyCall = new(nameof(CudnnApi.cudnnDestroyFilterDescriptor), static (l, h) => (int)l.Cudnn.cudnnDestroyFilterDescriptor(h));

    /// <param name="format">The order in memory; the native call takes it after the type, the tensor's before.</param>
    /// <param name="type">The weights' type.</param>
    /// <param name="k">Output channels.</param>
    /// <param name="c">Input channels of a group.</param>
    /// <param name="h">Height.</param>
    /// <param name="w">Width.</param>
    public FilterDescriptor Set(cudnnTensorFormat_t format, cudnnDataType_t type, int k, int c, int h, int w)
    {
        using HandleUse handle = Handle.Use();
        Text = $"{k}×{c}×{h}×{w} {type} {format}";
        Context.Check(Context.Libraries.Cudnn.cudnnSetFilter4dDescriptor(handle.Value, type, format, k, c, h, w), nameof(CudnnApi.cudnnSetFilter4dDescriptor), $"{Text}");
        return this;
    }

    private static nint Create(CudaContext context)
    {
        context.Enter();
        nint handle;
        context.Check(context.Libraries.Cudnn.cudnnCreateFilterDescriptor(&handle), nameof(CudnnApi.cudnnCreateFilterDescriptor));
        return handle;
    }
}

using System.Runtime.CompilerServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>Result → exception, at the call. Success costs one comparison: the arguments are put into words only after the test, the throw is out of line.</summary>
internal static class CallChecks
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(this CudaContext context, CUresult result, string call)
    {
        if (result != CUresult.CUDA_SUCCESS)
        {
            context.Fail((int)result, call, null);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(this CudaContext context, CUresult result, string call, [InterpolatedStringHandlerArgument(nameof(result))] ref CallArguments arguments)
    {
        if (result != CUresult.CUDA_SUCCESS)
        {
            context.Fail((int)result, call, arguments.Text());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(this CudaContext context, cublasStatus_t result, string call)
    {
        if (result != cublasStatus_t.CUBLAS_STATUS_SUCCESS)
        {
            context.Fail((int)result, call, null);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(this CudaContext context, cublasStatus_t result, string call, [InterpolatedStringHandlerArgument(nameof(result))] ref CallArguments arguments)
    {
        if (result != cublasStatus_t.CUBLAS_STATUS_SUCCESS)
        {
            context.Fail((int)result, call, arguments.Text());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(this CudaContext context, cudnnStatus_t result, string call)
    {
        if (result != cudnnStatus_t.CUDNN_STATUS_SUCCESS)
        {
            context.Fail((int)result, call, null);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(this CudaContext context, cudnnStatus_t result, string call, [InterpolatedStringHandlerArgument(nameof(result))] ref CallArguments arguments)
    {
        if (result != cudnnStatus_t.CUDNN_STATUS_SUCCESS)
        {
            context.Fail((int)result, call, arguments.Text());
        }
    }
}

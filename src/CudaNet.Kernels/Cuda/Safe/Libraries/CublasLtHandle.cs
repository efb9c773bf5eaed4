using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>A handle of cublasLt. It has no stream of its own; plans made with it may be used by several threads.</summary>
internal sealed unsafe class CublasLtHandle : IDisposable
{
    private static readonly ReleaseCall Destroy = new(nameof(CublasLtApi.cublasLtDestroy), static (l, h) => (int)l.CublasLt.cublasLtDestroy(h));

    /// <exception cref="Engine.CudaNetException">cublasLt is not loaded, or refuses.</exception>
    public CublasLtHandle(CudaContext context)
    {
        CublasLtApi lt = context.Libraries.CublasLt;
        context.Enter();
        nint handle;
        context.Check(lt.cublasLtCreate(&handle), nameof(CublasLtApi.cublasLtCreate), $"on {context.Device}");
        Context = context;
        Handle = new CudaHandle(context, Destroy, handle);
    }

    public CudaContext Context { get; }

    public CudaHandle Handle { get; }

    public void Dispose() => Handle.Dispose();
}

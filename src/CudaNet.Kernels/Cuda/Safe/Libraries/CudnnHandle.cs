using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>A handle of cuDNN that works in one stream. One thread at a time; not made or disposed of in the hot path or in a capture.</summary>
internal sealed unsafe partial class CudnnHandle : IDisposable
{
    private static readonly ReleaseCall Destroy = new(nameof(CudnnApi.cudnnDestroy), static (l, h) => (int)l.Cudnn.cudnnDestroy(h));
    private readonly CudaHandle _handle;
    private readonly CudnnApi _cudnn;

    /// <exception cref="Engine.CudaNetException">cuDNN is not loaded, or refuses.</exception>
    public CudnnHandle(CudaStream stream)
    {
        Context = stream.Context;
        _cudnn = Context.Libraries.Cudnn;
        Context.Enter();
        nint handle;
        Context.Check(_cudnn.cudnnCreate(&handle), nameof(CudnnApi.cudnnCreate), $"on {Context.Device}");
        _handle = new CudaHandle(Context, Destroy, handle);
        try
        {
            using HandleUse on = stream.Handle.Use();
            Context.Check(_cudnn.cudnnSetStream(handle, on.Value), nameof(CudnnApi.cudnnSetStream));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public CudaContext Context { get; }

    public void Dispose() => _handle.Dispose();
}

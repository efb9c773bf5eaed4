using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A device as the models of a backend share it: the context, the kernels, and a stream with a cuDNN handle for what is done once (uploads, choices).
/// Runs use neither. Disposed of after everything that was made in the context.
/// </summary>
internal sealed class CudaRuntime : IDisposable
{
    private readonly OwnedObjects _owned = new();

    /// <param name="device">Which.</param>
    /// <param name="context">Of other code's; null for the primary one.</param>
    /// <param name="releaseFailed">Hears of what could not be freed.</param>
    /// <exception cref="CudaException">The driver or cuDNN refuses.</exception>
    public CudaRuntime(CudaDevice device, nint? context, Action<ReleaseFailure> releaseFailed)
    {
        Context = _owned.Add(context is { } handle ? CudaContext.Borrow(device, handle) : CudaContext.Retain(device));
        Context.ReleaseFailed += releaseFailed;
        try
        {
            using ContextScope scope = Context.Push();
            Kernels = _owned.Add(new KernelSet(Context));
            Stream = _owned.Add(new CudaStream(Context));
            Cudnn = _owned.Add(new CudnnHandle(Stream));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public CudaContext Context { get; }

    public KernelSet Kernels { get; } = null!;

    /// <summary>Used under <see cref="Loading"/>.</summary>
    public CudaStream Stream { get; } = null!;

    /// <summary>Works in <see cref="Stream"/>; used under <see cref="Loading"/>.</summary>
    public CudnnHandle Cudnn { get; } = null!;

    /// <summary>One thread at a time loads.</summary>
    public Lock Loading { get; } = new();

    public void Dispose()
    {
        using ContextScope scope = Context.PushToRelease();
        _owned.Dispose();
    }
}

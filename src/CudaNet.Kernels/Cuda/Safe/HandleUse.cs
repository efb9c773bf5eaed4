namespace CudaNet.Kernels.Cuda;

/// <summary>A handle while a native call uses it.</summary>
internal readonly ref struct HandleUse : IDisposable
{
    private readonly CudaHandle _handle;

    public HandleUse(CudaHandle handle)
    {
        bool added = false;
        handle.DangerousAddRef(ref added);
        _handle = handle;
        Value = handle.DangerousGetHandle();
    }

    public nint Value { get; }

    public void Dispose() => _handle.DangerousRelease();
}

namespace CudaNet.Kernels.Cuda;

/// <summary>What cuDNN is told about a tensor or an operation. A host object, whose values are copied by each call: it may be disposed of, or set anew, after it.</summary>
internal abstract class CudnnDescriptor : IDisposable
{
    private protected CudnnDescriptor(CudaContext context, ReleaseCall destroy, nint handle)
    {
        Context = context;
        Handle = new CudaHandle(context, destroy, handle);
    }

    public CudaContext Context { get; }

    public CudaHandle Handle { get; }

    /// <summary>What it was set to, for messages.</summary>
    public string Text { get; protected set; } = "not set";

    public void Dispose() => Handle.Dispose();

    public sealed override string ToString() => Text;
}

using System.Runtime.InteropServices;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// One native object, freed once, or one that is borrowed, and never freed. Freed at disposal, or after the last call that still uses it; a finaliser only hands it to the context, which frees it later
/// on a thread of its own, as a finaliser's thread has no context and might break a capture.
/// </summary>
internal sealed class CudaHandle : SafeHandle
{
    private static readonly ReleaseCall Nothing = new("", static (_, _) => 0);

    private readonly CudaContext _context;
    private readonly ReleaseCall _call;
    private bool _isFinalising;

    public CudaHandle(CudaContext context, ReleaseCall call, nint handle)
        : base(0, ownsHandle: true)
    {
        _context = context;
        _call = call;
        context.AddReference();
        SetHandle(handle);
    }

    /// <summary>An object that others made and free.</summary>
    public static CudaHandle Borrowed(CudaContext context, nint handle) => new(context, Nothing, handle);

    /// <summary>False for any: 0 is a stream too. A null object is never wrapped.</summary>
    public override bool IsInvalid => false;

    /// <summary>The handle itself.</summary>
    /// <exception cref="ObjectDisposedException">The object was disposed of.</exception>
    public nint Value
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return handle;
        }
    }

    /// <summary>Keeps the object alive until the result is disposed of.</summary>
    /// <exception cref="ObjectDisposedException">The object was disposed of.</exception>
    public HandleUse Use() => new(this);

    protected override bool ReleaseHandle()
    {
        _context.Release(_call, handle, later: _isFinalising);
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        _isFinalising = !disposing;
        base.Dispose(disposing);
    }
}

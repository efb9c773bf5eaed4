using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Managed functions that streams call. Native code holds a number, not a reference: a number that is not known any more calls nothing.
/// </summary>
internal static unsafe class HostFunctions
{
    private static readonly ConcurrentDictionary<nint, Entry> Entries = new();
    private static long _lastId;

    [ThreadStatic]
    private static bool _isRunning;

    /// <summary>This thread is inside a host function, where CUDA may not be called.</summary>
    public static bool IsRunning => _isRunning;

    public static nint EntryPoint => (nint)(delegate* unmanaged<void*, void>)&Run;

    /// <summary>Keeps a function until it has run, or until <see cref="Remove"/> where a graph runs it any number of times.</summary>
    public static nint Add(CudaContext context, Action action, bool once)
    {
        nint id = (nint)Interlocked.Increment(ref _lastId);
        Entries[id] = new Entry(context, action, once);
        return id;
    }

    public static void Remove(nint id) => Entries.TryRemove(id, out _);

    /// <exception cref="InvalidOperationException">This is a host function.</exception>
    public static void ThrowIfRunning()
    {
        if (_isRunning)
        {
            throw new InvalidOperationException("CUDA may not be called from a host function.");
        }
    }

    /// <summary>Called by the driver, on a thread of its own. No exception may pass through its frames.</summary>
    [UnmanagedCallersOnly]
    private static void Run(void* id)
    {
        if (!Entries.TryGetValue((nint)id, out Entry? entry))
        {
            return;
        }

        if (entry.Once)
        {
            Remove((nint)id);
        }

        // An emulated device calls from the thread that waits for it: its current context must not serve the function.
        bool outer = _isRunning;
        _isRunning = true;
        CudaContext.ForgetCurrent();
        try
        {
            entry.Action();
        }
        catch (Exception exception)
        {
            entry.Context.HostFunctionFailed(exception);
        }
        finally
        {
            _isRunning = outer;
        }
    }

    private sealed record Entry(CudaContext Context, Action Action, bool Once);
}

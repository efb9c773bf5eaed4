using System.Collections.Concurrent;

namespace CudaNet.Emulator.Device;

/// <summary>Which library handles are inside a call now, before any lock is taken: so that two threads in one handle are seen.</summary>
internal static class HandleClaims
{
    private static readonly ConcurrentDictionary<nint, int> Inside = new();

    /// <summary>False: another thread is in a call with this handle.</summary>
    public static bool TryTake(nint handle) => handle == 0 || Inside.TryAdd(handle, Environment.CurrentManagedThreadId);

    public static void Return(nint handle) => Inside.TryRemove(handle, out _);
}

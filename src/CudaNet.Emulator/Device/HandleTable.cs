namespace CudaNet.Emulator.Device;

/// <summary>
/// The objects that a machine's handles stand for. Handles are unique in the process and never used again, so that a destroyed one, or one of
/// another machine, is recognised. Used under the machine's gate.
/// </summary>
internal sealed class HandleTable
{
    private const long Step = 16;
    private const int Remembered = 1 << 16;

    private static long _last = 0x0C0D_A000_0000;

    private readonly Dictionary<nint, object> _live = [];
    private readonly Dictionary<nint, Type> _destroyed = [];
    private readonly Queue<nint> _oldest = new();

    public nint Add(object target)
    {
        nint handle = (nint)Interlocked.Add(ref _last, Step);
        _live.Add(handle, target);
        return handle;
    }

    /// <summary>The object, or null where the handle is null, of another type, destroyed, or another machine's.</summary>
    public T? Find<T>(nint handle)
        where T : class
        => _live.GetValueOrDefault(handle) as T;

    /// <summary>Whether the handle once stood for an object of this type.</summary>
    public bool WasDestroyed<T>(nint handle) => _destroyed.TryGetValue(handle, out Type? type) && typeof(T).IsAssignableFrom(type);

    /// <summary>Takes the handle out of use; it is remembered as destroyed.</summary>
    public bool Remove(nint handle)
    {
        if (!_live.Remove(handle, out object? target))
        {
            return false;
        }

        _destroyed.Add(handle, target.GetType());
        _oldest.Enqueue(handle);
        if (_oldest.Count > Remembered)
        {
            _destroyed.Remove(_oldest.Dequeue());
        }

        return true;
    }
}

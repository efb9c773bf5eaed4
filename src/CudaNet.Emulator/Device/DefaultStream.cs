namespace CudaNet.Emulator.Device;

/// <summary>Which stream a call means that names none: the legacy one, or, in the functions whose names end in <c>_ptsz</c> and <c>_ptds</c>, the calling thread's own.</summary>
internal readonly ref struct DefaultStream
{
    [ThreadStatic]
    private static bool _isOfThread;

    private readonly bool _before;

    private DefaultStream(bool before) => _before = before;

    /// <summary>Whether it is the thread's own in the call that this thread makes.</summary>
    public static bool IsOfThread => _isOfThread;

    /// <summary>Makes it the thread's own until the result is disposed of.</summary>
    public static DefaultStream OfThread()
    {
        DefaultStream own = new(_isOfThread);
        _isOfThread = true;
        return own;
    }

    public void Dispose() => _isOfThread = _before;
}

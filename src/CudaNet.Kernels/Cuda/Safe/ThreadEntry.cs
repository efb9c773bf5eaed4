namespace CudaNet.Kernels.Cuda;

/// <summary>Whether a thread keeps a context on top of its stack over several calls, so that none of them has to push it.</summary>
internal struct ThreadEntry
{
    private CudaContext? _context;

    /// <exception cref="CudaException">The driver refuses.</exception>
    /// <exception cref="DeviceFaultedException">The device faulted before.</exception>
    public void Enter(CudaContext context)
    {
        _ = context.Push();
        _context = context;
    }

    /// <summary>The stack is as it was before. Never throws; does nothing where nothing was entered.</summary>
    public void Leave()
    {
        if (_context is { } context)
        {
            _context = null;
            ContextScope.Pop(context);
        }
    }

    /// <summary>A scope for one call, which has nothing to do where the thread has entered.</summary>
    public readonly ContextScope Push(CudaContext context) => _context is null ? context.Push() : default;

    /// <summary>The same after other code ran on the thread: it may have put another context in this one's place.</summary>
    public readonly ContextScope PushAgain(CudaContext context)
    {
        if (_context is null)
        {
            return context.Push();
        }

        CudaContext.ForgetCurrent();
        return default;
    }
}

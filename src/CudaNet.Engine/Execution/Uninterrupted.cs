namespace CudaNet.Engine;

/// <summary>
/// Waits that <see cref="Thread.Interrupt"/> does not end half-way: the wait goes on, and the interrupt is handed on to the thread's next wait of its own.
/// </summary>
internal static class Uninterrupted
{
    public static Lock.Scope Enter(Lock @lock)
    {
        bool interrupted = false;
        while (true)
        {
            try
            {
                Lock.Scope scope = @lock.EnterScope();
                HandOn(interrupted);
                return scope;
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }
    }

    /// <summary>Takes a lock where somebody waits; done again after an interrupt, because whoever waits was not woken then.</summary>
    public static void Set(ManualResetEventSlim signal) => Complete(signal, static s => s.Set());

    /// <summary>Takes the source's lock for a moment.</summary>
    public static void Unregister(CancellationTokenRegistration registration) => Complete(registration, static r => r.Unregister());

    public static void Wait(ManualResetEventSlim signal) => Complete(signal, static s => s.Wait());

    public static void Sleep(TimeSpan time) => Complete(time, static t => Thread.Sleep(t));

    public static void Join(Thread thread) => Complete(thread, static t => t.Join());

    private static void Complete<TState>(TState state, Action<TState> wait)
    {
        bool interrupted = false;
        while (true)
        {
            try
            {
                wait(state);
                HandOn(interrupted);
                return;
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }
    }

    private static void HandOn(bool interrupted)
    {
        if (interrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }
}

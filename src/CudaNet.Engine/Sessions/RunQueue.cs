using System.Diagnostics.CodeAnalysis;

namespace CudaNet.Engine;

/// <summary>
/// Admits so many at once; the others wait in the order they came, on a thread or on none. A place that becomes free goes to the first who waits and to
/// nobody else. Thread-safe.
/// </summary>
internal sealed class RunQueue(int places)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private int _free = places;
    private bool _isClosed;

    /// <summary>True where a place was free; allocates nothing.</summary>
    /// <exception cref="ObjectDisposedException">Closed.</exception>
    public bool TryEnter()
    {
        using (Uninterrupted.Enter(_lock))
        {
            return TryTake();
        }
    }

    /// <summary>Waits for a place, holding the thread.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; at once.</exception>
    /// <exception cref="ObjectDisposedException">Closed, also while waiting.</exception>
    /// <exception cref="ThreadInterruptedException">Interrupted while waiting; nothing is taken then.</exception>
    public void Enter(CancellationToken cancellation)
    {
        if (Join() is not { } waiter)
        {
            return;
        }

        CancellationTokenRegistration registration = CancelBy(cancellation, waiter);
        try
        {
            waiter.Value.Wait();
        }
        catch (ThreadInterruptedException)
        {
            if (!Cancel(waiter, CancellationToken.None) && waiter.Value.Task.IsCompletedSuccessfully)
            {
                Leave();
            }

            throw;
        }
        finally
        {
            // Not Dispose: that waits for a cancellation in progress, and could be interrupted with a place in hand.
            registration.Unregister();
        }
    }

    /// <summary>Waits for a place, holding no thread.</summary>
    /// <inheritdoc cref="Enter"/>
    public async Task EnterAsync(CancellationToken cancellation)
    {
        if (Join() is { } waiter)
        {
            CancellationTokenRegistration registration = CancelBy(cancellation, waiter);
            try
            {
                await waiter.Value.Task.ConfigureAwait(false);
            }
            finally
            {
                registration.Unregister();
            }
        }
    }

    /// <summary>Gives a place to the first who waits. Whoever that is goes on on a thread of its own.</summary>
    public void Leave()
    {
        using (Uninterrupted.Enter(_lock))
        {
            while (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                if (first.Value.TryAdmit())
                {
                    return;
                }
            }

            _free++;
        }
    }

    /// <summary>Nobody is admitted any more, and nobody waits.</summary>
    public void Close()
    {
        using (Uninterrupted.Enter(_lock))
        {
            _isClosed = true;
            foreach (Waiter waiter in _waiting)
            {
                waiter.TryRefuse(Closed());
            }

            _waiting.Clear();
        }
    }

    private static ObjectDisposedException Closed() => new(nameof(Session));

    private bool TryTake()
    {
        if (_isClosed)
        {
            throw Closed();
        }

        if (_free == 0)
        {
            return false;
        }

        _free--;
        return true;
    }

    /// <summary>A waiter, or null where a place was free.</summary>
    private LinkedListNode<Waiter>? Join()
    {
        using (Uninterrupted.Enter(_lock))
        {
            return TryTake() ? null : _waiting.AddLast(new Waiter());
        }
    }

    private CancellationTokenRegistration CancelBy(CancellationToken cancellation, LinkedListNode<Waiter> waiter) =>
        cancellation.UnsafeRegister((_, token) => Cancel(waiter, token), null);

    private bool Cancel(LinkedListNode<Waiter> waiter, CancellationToken cancellation)
    {
        if (!waiter.Value.TryCancel(cancellation))
        {
            return false;
        }

        using (Uninterrupted.Enter(_lock))
        {
            if (waiter.List is not null)
            {
                _waiting.Remove(waiter);
            }
        }

        return true;
    }

    /// <summary>
    /// Somebody who waits. A thread waits for the signal, not for the task: to complete a task that a thread waits for takes a lock, where an interrupt
    /// of the completing thread would leave the waiting one asleep.
    /// </summary>
    [SuppressMessage("Design", "CA1001", Justification = "The signal has no wait handle: nothing to dispose of, and whoever admits may still be setting it.")]
    private sealed class Waiter
    {
        private readonly TaskCompletionSource _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _signal = new();

        public Task Task => _admitted.Task;

        public void Wait()
        {
            _signal.Wait();
            _admitted.Task.GetAwaiter().GetResult();
        }

        public bool TryAdmit() => Signal(_admitted.TrySetResult());

        public bool TryCancel(CancellationToken cancellation) => Signal(_admitted.TrySetCanceled(cancellation));

        public void TryRefuse(Exception reason) => Signal(_admitted.TrySetException(reason));

        private bool Signal(bool isSet)
        {
            if (isSet)
            {
                Uninterrupted.Set(_signal);
            }

            return isSet;
        }
    }
}

namespace CudaNet.Engine;

/// <summary>
/// Admits so many at once; the others wait in the order they came, on a thread or on none. A place that becomes free goes to the first who waits and to
/// nobody else. Thread-safe.
/// </summary>
internal sealed class RunQueue(int places)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
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
            waiter.Value.Task.GetAwaiter().GetResult();
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
                if (first.Value.TrySetResult())
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
            foreach (TaskCompletionSource waiter in _waiting)
            {
                waiter.TrySetException(Closed());
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
    private LinkedListNode<TaskCompletionSource>? Join()
    {
        using (Uninterrupted.Enter(_lock))
        {
            return TryTake() ? null : _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }

    private CancellationTokenRegistration CancelBy(CancellationToken cancellation, LinkedListNode<TaskCompletionSource> waiter) =>
        cancellation.UnsafeRegister((_, token) => Cancel(waiter, token), null);

    private bool Cancel(LinkedListNode<TaskCompletionSource> waiter, CancellationToken cancellation)
    {
        if (!waiter.Value.TrySetCanceled(cancellation))
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
}

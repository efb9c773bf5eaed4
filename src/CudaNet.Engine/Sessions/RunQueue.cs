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

        CancellationTokenRegistration registration = default;
        try
        {
            registration = CancelBy(cancellation, waiter);
            waiter.Value.Wait();
        }
        catch
        {
            GiveUp(waiter);
            throw;
        }
        finally
        {
            // Not Dispose: that waits for a cancellation in progress.
            Uninterrupted.Unregister(registration);
        }
    }

    /// <summary>Waits for a place, holding no thread.</summary>
    /// <inheritdoc cref="Enter"/>
    public async Task EnterAsync(CancellationToken cancellation)
    {
        if (Join() is { } waiter)
        {
            CancellationTokenRegistration registration = default;
            try
            {
                registration = CancelBy(cancellation, waiter);
                await waiter.Value.Task.ConfigureAwait(false);
            }
            catch
            {
                GiveUp(waiter);
                throw;
            }
            finally
            {
                Uninterrupted.Unregister(registration);
            }
        }
    }

    /// <summary>Gives a place to the first who waits. Whoever that is goes on on a thread of its own.</summary>
    public void Leave()
    {
        Waiter admitted;
        using (Uninterrupted.Enter(_lock))
        {
            if (_waiting.First is not { } first)
            {
                _free++;
                return;
            }

            _waiting.RemoveFirst();
            admitted = first.Value;
            admitted.IsAdmitted = true;
        }

        admitted.Admit();
    }

    /// <summary>Nobody is admitted any more, and nobody waits.</summary>
    public void Close()
    {
        Waiter[] refused;
        using (Uninterrupted.Enter(_lock))
        {
            _isClosed = true;
            refused = [.. _waiting];
            _waiting.Clear();
        }

        Array.ForEach(refused, w => w.Refuse(Closed()));
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

    /// <summary>Whether somebody still waits is decided under the lock; whoever took him from the list completes his task, undisturbed.</summary>
    private bool Cancel(LinkedListNode<Waiter> waiter, CancellationToken cancellation)
    {
        using (Uninterrupted.Enter(_lock))
        {
            if (waiter.List is null)
            {
                return false;
            }

            _waiting.Remove(waiter);
        }

        waiter.Value.Cancel(cancellation);
        return true;
    }

    /// <summary>The wait ended by an exception: a place that was given meanwhile goes to the next.</summary>
    private void GiveUp(LinkedListNode<Waiter> waiter)
    {
        if (!Cancel(waiter, CancellationToken.None) && waiter.Value.IsAdmitted)
        {
            Leave();
        }
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

        /// <summary>Has a place; written and read under the queue's lock, or after it.</summary>
        public bool IsAdmitted { get; set; }

        public void Wait()
        {
            _signal.Wait();
            _admitted.Task.GetAwaiter().GetResult();
        }

        public void Admit()
        {
            _admitted.TrySetResult();
            Uninterrupted.Set(_signal);
        }

        public void Cancel(CancellationToken cancellation)
        {
            _admitted.TrySetCanceled(cancellation);
            Uninterrupted.Set(_signal);
        }

        public void Refuse(Exception reason)
        {
            _admitted.TrySetException(reason);
            Uninterrupted.Set(_signal);
        }
    }
}

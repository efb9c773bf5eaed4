namespace CudaNet.Kernels.Cpu;

/// <summary>One thread of a <see cref="WorkerPool"/>: idle, then called once a run.</summary>
internal sealed class PoolWorker : IDisposable
{
    private const int SpinsBeforeSleep = 300;
    private const int Idle = 0, Called = 1, Asleep = 2;

    private readonly WorkerPool _pool;
    private readonly int _index;
    private readonly AutoResetEvent _call = new(false);
    private readonly Thread _thread;
    private int _state;

    public PoolWorker(WorkerPool pool, int index)
    {
        _pool = pool;
        _index = index;
        _thread = new Thread(Loop) { IsBackground = true, Name = $"CudaNet cpu {index}" };
        _thread.Start();
    }

    public void Wake()
    {
        if (Interlocked.Exchange(ref _state, Called) == Asleep)
        {
            _call.Set();
        }
    }

    /// <summary>Joins the thread, which the pool has told to stop.</summary>
    public void Dispose()
    {
        Wake();
        _thread.Join();
        _call.Dispose();
    }

    private void Loop()
    {
        WaitForCall();
        while (!_pool.IsStopping)
        {
            _pool.Help(_index);
            WaitForCall();
        }
    }

    private void WaitForCall()
    {
        for (int spin = 0; spin < SpinsBeforeSleep; spin++)
        {
            if (Volatile.Read(ref _state) == Called)
            {
                Volatile.Write(ref _state, Idle);
                return;
            }

            Thread.SpinWait(8);
        }

        if (Interlocked.CompareExchange(ref _state, Asleep, Idle) == Idle)
        {
            _call.WaitOne();
        }

        Volatile.Write(ref _state, Idle);
    }
}

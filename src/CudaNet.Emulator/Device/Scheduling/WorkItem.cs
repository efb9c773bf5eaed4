namespace CudaNet.Emulator.Device;

/// <summary>One operation in a queue, or a marker without one: an event, the start or the end of a graph. It runs when all before it have.</summary>
internal sealed class WorkItem(EmulatedContext context, StreamOperation? operation, string stream)
{
    private List<WorkItem> _before = [];
    private List<WorkItem> _after = [];

    public EmulatedContext Context { get; } = context;

    public StreamOperation? Operation { get; } = operation;

    /// <summary>The bytes it is known to touch.</summary>
    public IReadOnlyList<MemoryUse> Uses { get; } = operation?.Uses ?? [];

    /// <summary>The stream, as messages name it.</summary>
    public string Stream { get; } = stream;

    public bool IsDone { get; private set; }

    /// <summary>Another thread runs it just now.</summary>
    public bool IsRunning { get; set; }

    /// <summary>The device's clock when it was done, in nanoseconds.</summary>
    public long FinishedAt { get; private set; }

    public bool IsReady => _before.Count == 0 && !IsDone && !IsRunning;

    /// <summary>What it still waits for.</summary>
    public IReadOnlyList<WorkItem> Before => _before;

    /// <summary>Orders it behind another; for items that are not yet submitted.</summary>
    public void RunAfter(WorkItem? other)
    {
        if (other is not null && other != this && !other.IsDone && !_before.Contains(other))
        {
            _before.Add(other);
            other._after.Add(this);
        }
    }

    /// <returns>What became ready by it.</returns>
    public List<WorkItem> Finish(long clock)
    {
        IsRunning = false;
        IsDone = true;
        FinishedAt = clock;
        List<WorkItem> released = _after;
        _after = [];
        _before = [];
        foreach (WorkItem item in released)
        {
            item._before.Remove(this);
        }

        return released.FindAll(item => item.IsReady);
    }
}

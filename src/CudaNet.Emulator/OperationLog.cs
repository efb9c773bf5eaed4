namespace CudaNet.Emulator;

/// <summary>The operations that a machine's streams ran, in the order in which they ran. Safe from any thread.</summary>
public sealed class OperationLog
{
    private const int Kept = 1 << 18;

    private readonly Lock _lock = new();
    private readonly Queue<ExecutedOperation> _operations = new();

    internal OperationLog()
    {
    }

    /// <summary>How many ran so far.</summary>
    public long Total { get; private set; }

    /// <summary>The last 2¹⁸ of them.</summary>
    public IReadOnlyList<ExecutedOperation> Operations
    {
        get
        {
            lock (_lock)
            {
                return [.. _operations];
            }
        }
    }

    /// <summary>Forgets what ran; numbers go on.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _operations.Clear();
        }
    }

    internal long Begin()
    {
        lock (_lock)
        {
            return ++Total;
        }
    }

    internal void Add(ExecutedOperation operation)
    {
        lock (_lock)
        {
            if (_operations.Count == Kept)
            {
                _operations.Dequeue();
            }

            _operations.Enqueue(operation);
        }
    }
}

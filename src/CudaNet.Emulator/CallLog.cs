namespace CudaNet.Emulator;

/// <summary>The native calls that a machine received, refused ones included. Safe from any thread.</summary>
public sealed class CallLog
{
    private const int Kept = 1 << 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _counts = [];
    private readonly List<string> _names = [];

    internal CallLog()
    {
    }

    /// <summary>How many calls there were: the number that the next <see cref="FaultInjection.OfCall(long, int, bool)"/> counts on from.</summary>
    public long Total { get; private set; }

    /// <summary>The names of the calls in order; of the first 2²⁰.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. _names];
            }
        }
    }

    /// <summary>How many calls of each function there were, by exported name.</summary>
    public IReadOnlyDictionary<string, long> ByName
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<string, long>(_counts);
            }
        }
    }

    /// <summary>How many calls of one function there were; 0 for a name that was never called.</summary>
    public long Count(string name)
    {
        lock (_lock)
        {
            return _counts.GetValueOrDefault(name);
        }
    }

    /// <returns>The call's number among all, and among those of its name.</returns>
    internal (long Total, long OfName) Add(string name)
    {
        lock (_lock)
        {
            Total++;
            if (_names.Count < Kept)
            {
                _names.Add(name);
            }

            long count = _counts.GetValueOrDefault(name) + 1;
            _counts[name] = count;
            return (Total, count);
        }
    }
}

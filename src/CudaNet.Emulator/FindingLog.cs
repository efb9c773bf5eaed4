using System.Collections;

namespace CudaNet.Emulator;

/// <summary>What a machine found wrong, in the order in which it was found. Safe from any thread; enumerating takes a snapshot.</summary>
public sealed class FindingLog : IReadOnlyList<Finding>
{
    private const int Kept = 10_000;

    private readonly Lock _lock = new();
    private readonly List<Finding> _findings = [];
    private readonly bool _toError;

    internal FindingLog(bool toError) => _toError = toError;

    /// <inheritdoc/>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _findings.Count;
            }
        }
    }

    /// <inheritdoc/>
    public Finding this[int index]
    {
        get
        {
            lock (_lock)
            {
                return _findings[index];
            }
        }
    }

    /// <summary>Forgets them, as a test does that provoked them.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _findings.Clear();
        }
    }

    /// <inheritdoc/>
    public IEnumerator<Finding> GetEnumerator()
    {
        lock (_lock)
        {
            return ((IReadOnlyList<Finding>)[.. _findings]).GetEnumerator();
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(Finding finding)
    {
        lock (_lock)
        {
            if (_findings.Count < Kept)
            {
                _findings.Add(finding);
            }
        }

        if (_toError)
        {
            ErrorStream.Say($"{finding}");
        }
    }
}

using System.Diagnostics;

namespace CudaNet.Emulator.Device;

/// <summary>Who was made by which call and not yet given back. Used under the machine's gate; the report may be asked for at any time.</summary>
internal sealed class LeakLedger(EmulatedMachine machine)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, List<Leak>> _entries = new(ReferenceEqualityComparer.Instance);
    private readonly List<object> _order = [];
    private IReadOnlyList<Leak>? _atEnd;

    /// <summary>Notes an object; a context that is retained twice is noted twice.</summary>
    /// <param name="made">The object itself.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="description">The call, and a size where there is one.</param>
    public void Add(object made, LeakKind kind, string description)
    {
        string? site = machine.Options.RecordCallSites ? new StackTrace(2, true).ToString() : null;
        var leak = new Leak(kind, $"{description}, call {machine.Calls.Total}", site);
        lock (_lock)
        {
            if (!_entries.TryGetValue(made, out List<Leak>? leaks))
            {
                _entries[made] = leaks = [];
                _order.Add(made);
            }

            leaks.Add(leak);
        }
    }

    /// <summary>Takes back the last note of an object.</summary>
    public void Remove(object made)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(made, out List<Leak>? leaks))
            {
                return;
            }

            leaks.RemoveAt(leaks.Count - 1);
            if (leaks.Count == 0)
            {
                _entries.Remove(made);
                _order.RemoveAt(_order.FindLastIndex(o => ReferenceEquals(o, made)));
            }
        }
    }

    public IReadOnlyList<Leak> Report()
    {
        lock (_lock)
        {
            return _atEnd ?? [.. _order.SelectMany(made => _entries[made])];
        }
    }

    /// <summary>From now on the report stays as it is.</summary>
    public void Freeze()
    {
        IReadOnlyList<Leak> report = Report();
        lock (_lock)
        {
            _atEnd ??= report;
        }
    }
}

using System.Diagnostics;

namespace CudaNet.Emulator.Device;

/// <summary>Who was made by which call and not yet given back. Used under the machine's gate; the report may be asked for at any time.</summary>
internal sealed class LeakLedger(EmulatedMachine machine)
{
    private static readonly string[] OwnNames =
        ["CudaNet.Emulator.Device.", "CudaNet.Emulator.Exports.", "CudaNet.Emulator.Modules.", "CudaNet.Emulator.Cudnn.", "CudaNet.Emulator.Cublas."];

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
        string? site = machine.Options.RecordCallSites ? CallSite() : null;
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

    /// <summary>The callers of the native call: frames are left out by their names, since a compiler may have merged any of them.</summary>
    private static string CallSite()
    {
        IEnumerable<string> frames = new StackTrace(true).ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join('\n', frames.SkipWhile(IsOwn));
    }

    private static bool IsOwn(string frame) => OwnNames.Any(name => frame.Contains(name, StringComparison.Ordinal));
}

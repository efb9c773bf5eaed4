namespace CudaNet.Engine;

/// <summary>Selections by the names that were asked for. Thread-safe.</summary>
internal sealed class SelectionCache(LayerGraph graph)
{
    private readonly RecentEntries<Entry> _entries = new();

    /// <summary>No layer.</summary>
    public LayerSelection None { get; } = new(graph, []);

    /// <summary>The selection of these names; allocates nothing where they were asked for lately.</summary>
    /// <exception cref="LayerNotFoundException">There is no such layer.</exception>
    public LayerSelection Get(ReadOnlySpan<string> names)
    {
        if (names.IsEmpty)
        {
            return None;
        }

        foreach (Entry entry in _entries.NewestFirst)
        {
            if (names.SequenceEqual(entry.Names))
            {
                return entry.Selection;
            }
        }

        LayerSelection selection = new(graph, names);
        _entries.Add(new Entry(names.ToArray(), selection));
        return selection;
    }

    private sealed record Entry(string[] Names, LayerSelection Selection);
}

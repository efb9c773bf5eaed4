namespace CudaNet.Engine;

/// <summary>
/// What was resolved lately, so that it is found again without allocating: the newest <see cref="Capacity"/> entries. Readers search an immutable array;
/// writers replace it. Thread-safe.
/// </summary>
internal sealed class RecentEntries<TEntry>
    where TEntry : class
{
    /// <summary>More sets of layers than a program has; a search is some hundred nanoseconds.</summary>
    public const int Capacity = 64;

    private readonly Lock _lock = new();
    private volatile TEntry[] _newestFirst = [];

    public ReadOnlySpan<TEntry> NewestFirst => _newestFirst;

    public void Add(TEntry entry)
    {
        using (Uninterrupted.Enter(_lock))
        {
            _newestFirst = [entry, .. _newestFirst.Take(Capacity - 1)];
        }
    }
}

namespace CudaNet.Emulator.Device;

/// <summary>Ranges that do not overlap, in order of their addresses.</summary>
internal sealed class AddressMap
{
    private readonly List<MemoryRange> _ranges = [];

    public IReadOnlyList<MemoryRange> Ranges => _ranges;

    public MemoryRange? Find(ulong address)
    {
        int index = LastAtOrBelow(address);
        return index >= 0 && address < _ranges[index].End ? _ranges[index] : null;
    }

    public MemoryRange? Nearest(ulong address)
    {
        int below = LastAtOrBelow(address);
        MemoryRange? lower = below >= 0 ? _ranges[below] : null;
        MemoryRange? upper = below + 1 < _ranges.Count ? _ranges[below + 1] : null;
        if (lower is null || upper is null)
        {
            return lower ?? upper;
        }

        return address - lower.End <= upper.Start - address ? lower : upper;
    }

    public IEnumerable<MemoryRange> Overlapping(ulong address, ulong bytes)
    {
        for (int index = Math.Max(LastAtOrBelow(address), 0); index < _ranges.Count && _ranges[index].Start < address + bytes; index++)
        {
            if (_ranges[index].End > address)
            {
                yield return _ranges[index];
            }
        }
    }

    public void Add(MemoryRange range) => _ranges.Insert(LastAtOrBelow(range.Start) + 1, range);

    public void Remove(MemoryRange range)
    {
        int index = LastAtOrBelow(range.Start);
        if (index >= 0 && _ranges[index] == range)
        {
            _ranges.RemoveAt(index);
        }
    }

    /// <summary>Forgets freed ranges whose addresses the host gives out again.</summary>
    public void RemoveFreed(ulong address, ulong bytes)
    {
        foreach (MemoryRange range in Overlapping(address, bytes).Where(range => range.IsFreed).ToArray())
        {
            Remove(range);
        }
    }

    public void Clear() => _ranges.Clear();

    private int LastAtOrBelow(ulong address)
    {
        int low = 0;
        int high = _ranges.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_ranges[middle].Start <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }
}

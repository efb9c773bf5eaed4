using System.Numerics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// What happens before what in a grid whose blocks run interleaved. A clock has a time for each warp of the grid: the warp's accesses before it are ordered
/// before what comes now. A word that was written by a release, or behind a fence, carries the writer's clock; who reads it with an acquire, or fences
/// afterwards, joins it with its own.
/// </summary>
/// <remarks>
/// Clocks are never changed, so warps share them. After its barrier all warps of a block know, have seen and have published what any of them did: a fence of each thread,
/// then the barrier, then one thread's atomic operation publishes for the block.
/// </remarks>
internal sealed unsafe class GridClocks(int warpsPerBlock, long blocks)
{
    private readonly Dictionary<ulong, ulong[]> _words = [];
    private readonly int _warps = checked((int)(warpsPerBlock * blocks));

    /// <summary>Whether an access that another block recorded is ordered before what the warp does now.</summary>
    public bool IsKnown(Warp w, long block, ulong record) =>
        w.Known is { } known && AccessRecord.Time(record) < known[(block * warpsPerBlock) + (AccessRecord.Thread(record) >> 5)];

    /// <summary>A fence: takes what was seen, and lets later writes publish all that is ordered before it.</summary>
    public void Fence(Warp w)
    {
        w.Known = Join(w.Known, w.Seen);
        w.Fenced = Now(w);
    }

    /// <summary>An access that is not weak, by the lanes that execute.</summary>
    public void Access(Warp w, Instruction* i, bool reads, bool writes, bool acquires, bool releases)
    {
        int bytes = MemoryUnit.Bytes(i);
        for (uint m = reads ? w.Mask : 0; m != 0; m &= m - 1)
        {
            ulong address = w.Addresses[Lanes.First(m)];
            for (ulong word = address >> 2; word <= (address + (ulong)bytes - 1) >> 2; word++)
            {
                if (_words.TryGetValue(word, out ulong[]? clock))
                {
                    w.Known = acquires ? Join(w.Known, clock) : w.Known;
                    w.Seen = acquires ? w.Seen : Join(w.Seen, clock);
                }
            }
        }

        ulong[]? published = releases ? Now(w) : w.Fenced;
        for (uint m = writes ? w.Mask : 0; m != 0; m &= m - 1)
        {
            ulong address = w.Addresses[Lanes.First(m)];
            for (ulong word = address >> 2; word <= (address + (ulong)bytes - 1) >> 2; word++)
            {
                Write(word, published, isWhole: !reads && bytes >= sizeof(uint));
            }
        }
    }

    /// <summary>The barrier of a block opened.</summary>
    public static void Merge(ReadOnlySpan<Warp> warps)
    {
        ulong[]? known = null;
        ulong[]? seen = null;
        ulong[]? fenced = null;
        foreach (Warp warp in warps)
        {
            known = Join(known, warp.Known);
            seen = Join(seen, warp.Seen);
            fenced = Join(fenced, warp.Fenced);
        }

        foreach (Warp warp in warps)
        {
            (warp.Known, warp.Seen, warp.Fenced) = (known, seen, fenced);
        }
    }

    /// <summary>A store takes the place of what the word came with; an atomic operation, or a store of a part of it, adds to it.</summary>
    private void Write(ulong word, ulong[]? published, bool isWhole)
    {
        ulong[]? clock = isWhole ? published : Join(_words.GetValueOrDefault(word), published);
        if (clock is null)
        {
            _words.Remove(word);
        }
        else
        {
            _words[word] = clock;
        }
    }

    /// <summary>What is ordered before what the warp does from now on: its own accesses, those of its block before the last barrier or that it acquired, and what it knows.</summary>
    private ulong[] Now(Warp w)
    {
        ulong[] clock = w.Known is null ? new ulong[_warps] : [.. w.Known];
        Span<ulong> own = clock.AsSpan((int)w.Block.Number * warpsPerBlock, warpsPerBlock);
        for (int warp = 0; warp < own.Length; warp++)
        {
            own[warp] = Math.Max(w.Block.OrderedAt, w.Acquired[warp]);
        }

        own[w.Index] = w.Launch.Tick();
        return clock;
    }

    private static ulong[]? Join(ulong[]? a, ulong[]? b)
    {
        if (a is null || b is null || ReferenceEquals(a, b))
        {
            return a ?? b;
        }

        bool more = Exceeds(a, b);
        if (!more || !Exceeds(b, a))
        {
            return more ? a : b;
        }

        ulong[] joined = new ulong[a.Length];
        for (int at = 0; at < joined.Length; at++)
        {
            joined[at] = Math.Max(a[at], b[at]);
        }

        return joined;
    }

    /// <summary>Whether a time of a is later than b's.</summary>
    private static bool Exceeds(ulong[] a, ulong[] b)
    {
        int at = 0;
        for (; at <= a.Length - Vector<ulong>.Count; at += Vector<ulong>.Count)
        {
            if (Vector.GreaterThanAny(new Vector<ulong>(a, at), new Vector<ulong>(b, at)))
            {
                return true;
            }
        }

        for (; at < a.Length; at++)
        {
            if (a[at] > b[at])
            {
                return true;
            }
        }

        return false;
    }
}

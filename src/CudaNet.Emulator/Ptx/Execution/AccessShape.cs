namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>What the addresses of a warp's access cost: sectors of device memory, passes of shared memory's banks.</summary>
internal static unsafe class AccessShape
{
    private const int SectorShift = 5;

    /// <summary>The lanes take part all, and each one's bytes follow those of the lane before.</summary>
    public static bool IsContiguous(Warp w, int bytes)
    {
        if (w.Mask != Lanes.All)
        {
            return false;
        }

        ulong* addresses = w.Addresses;
        ulong first = addresses[0];
        ulong off = 0;
        for (int lane = 1; lane < 32; lane++)
        {
            off |= addresses[lane] ^ (first + (ulong)(lane * bytes));
        }

        return off == 0;
    }

    /// <summary>Counts the sectors touched and those that the distinct bytes would fill.</summary>
    public static void CountSectors(Warp w, int bytes, bool contiguous)
    {
        MemoryCounts counts = w.Launch.Memories;
        ulong* addresses = w.Addresses;
        if (contiguous)
        {
            ulong end = addresses[0] + (ulong)(32 * bytes);
            counts.Sectors += (long)(((end - 1) >> SectorShift) - (addresses[0] >> SectorShift)) + 1;
            counts.IdealSectors += bytes;
            return;
        }

        Span<ulong> starts = stackalloc ulong[32];
        int count = 0;
        bool sorted = true;
        ulong last = 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            ulong address = addresses[Lanes.First(m)];
            sorted &= address >= last;
            last = address;
            starts[count++] = address;
        }

        starts = starts[..count];
        if (!sorted)
        {
            starts.Sort();
        }

        long sectors = 0;
        ulong distinct = 0;
        ulong nextSector = 0;
        ulong covered = 0;
        foreach (ulong start in starts)
        {
            ulong end = start + (ulong)bytes;
            ulong firstSector = Math.Max(start >> SectorShift, nextSector);
            nextSector = Math.Max(nextSector, ((end - 1) >> SectorShift) + 1);
            sectors += (long)(nextSector - Math.Min(firstSector, nextSector));
            distinct += end - Math.Min(end, Math.Max(start, covered));
            covered = Math.Max(covered, end);
        }

        counts.Sectors += sectors;
        counts.IdealSectors += (long)((distinct + 31) >> SectorShift);
    }

    /// <summary>Counts the passes of the banks.</summary>
    public static void CountPasses(Warp w, int bytes, bool contiguous)
    {
        MemoryCounts counts = w.Launch.Memories;
        int parts = Math.Max(1, bytes / 4);
        if (contiguous)
        {
            counts.Passes += bytes >= 4 ? parts : 1;
            counts.IdealPasses += bytes >= 4 ? parts : 1;
            return;
        }

        int lanes = 32 / parts;
        uint ones = lanes == 32 ? Lanes.All : (1u << lanes) - 1;
        for (int part = 0; part < parts; part++)
        {
            uint mask = w.Mask & (ones << (part * lanes));
            if (mask != 0)
            {
                counts.IdealPasses++;
                counts.Passes += Passes(w.Addresses, mask, parts);
            }
        }
    }

    /// <summary>The most distinct words that one bank must give.</summary>
    private static int Passes(ulong* addresses, uint mask, int words)
    {
        uint* rows = stackalloc uint[32 * 32];
        byte* used = stackalloc byte[32];
        new Span<byte>(used, 32).Clear();
        int worst = 1;
        for (; mask != 0; mask &= mask - 1)
        {
            uint word = (uint)(addresses[Lanes.First(mask)] >> 2);
            for (uint end = word + (uint)words; word != end; word++)
            {
                uint bank = word & 31;
                uint row = word >> 5;
                int at = 0;
                while (at < used[bank] && rows[(bank << 5) + at] != row)
                {
                    at++;
                }

                if (at == used[bank])
                {
                    rows[(bank << 5) + at] = row;
                    used[bank] = (byte)(at + 1);
                    worst = Math.Max(worst, at + 1);
                }
            }
        }

        return worst;
    }
}

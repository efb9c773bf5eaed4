using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Device;

/// <summary>
/// The one address space of a machine: memory of all devices, pinned and registered host memory. Addresses of devices are no host addresses, and never
/// used twice; between allocations lie guard zones. Used under the machine's gate.
/// </summary>
internal sealed unsafe class MemorySpace : IDisposable
{
    /// <summary>As many have room for their addresses.</summary>
    public const int MostDevices = 16;

    // An address that misses the first memory from below is no host address either.
    private const ulong Margin = 1UL << 40;

    // Below the addresses at which Linux and Windows place programs, heaps and stacks.
    private const ulong FirstAddress = 0x1000_0000_0000;
    private const ulong AddressesPerDevice = 0x400_0000_0000;
    private const ulong Guard = 4096;
    private const ulong Granularity = 256;
    private const int RememberedRanges = 16384;
    private const ulong QuarantineBytes = 64 << 20;

    private readonly AddressMap _map = new();
    private readonly Queue<MemoryRange> _freed = new();
    private readonly Queue<MemoryRange> _quarantine = new();
    private readonly Dictionary<int, ulong> _next = [];
    private readonly Dictionary<int, ulong> _used = [];
    private ulong _quarantined;

    /// <summary>Bytes of a device that are allocated, rounded as the device rounds them.</summary>
    public ulong UsedBytes(int device) => _used.GetValueOrDefault(device);

    /// <summary>The range that holds the address, freed ones included; null in a guard zone.</summary>
    public MemoryRange? Find(ulong address) => _map.Find(address);

    /// <summary>Whether devices have their memory there; no host address lies there.</summary>
    public static bool IsDeviceAddress(ulong address) => address is >= FirstAddress - Margin and < FirstAddress + (MostDevices * AddressesPerDevice);

    /// <summary>The live range that holds all these bytes.</summary>
    public MemoryRange? FindLive(ulong address, ulong bytes)
        => _map.Find(address) is { IsFreed: false } range && range.Holds(address, bytes) ? range : null;

    /// <summary>The range nearest to an address outside all of them; null where there are none.</summary>
    public MemoryRange? Nearest(ulong address) => _map.Nearest(address);

    /// <summary>A range that overlaps these bytes and is not freed; null where there is none.</summary>
    public MemoryRange? Overlapping(ulong address, ulong bytes) => _map.Overlapping(address, bytes).FirstOrDefault(range => !range.IsFreed);

    /// <summary>Memory of the owner's device, poisoned.</summary>
    /// <param name="owner">The context it goes with.</param>
    /// <param name="bytes">More than 0.</param>
    /// <param name="call">The call, or the module and variable.</param>
    /// <param name="kind">Memory, or a variable of a module.</param>
    /// <param name="fromPool">Allocated in stream order: nothing may touch it until <see cref="MemoryRange.Materialise"/>.</param>
    /// <returns>Null: the device, or the host behind it, has none left.</returns>
    public MemoryRange? Allocate(EmulatedContext owner, ulong bytes, string call, MemoryKind kind = MemoryKind.Device, bool fromPool = false)
    {
        EmulatedDevice device = owner.Device;
        ulong rounded = bytes > ulong.MaxValue - Granularity ? bytes : (bytes + Granularity - 1) / Granularity * Granularity;
        ulong first = FirstAddress + ((ulong)device.Ordinal * AddressesPerDevice);
        ulong start = _next.GetValueOrDefault(device.Ordinal, first);
        ulong left = Math.Min((ulong)device.Profile.MemoryBytes - UsedBytes(device.Ordinal), first + AddressesPerDevice - Guard - start);
        if (rounded > left || TakeHost(bytes) is not { } host)
        {
            return null;
        }

        _next[device.Ordinal] = start + rounded + Guard;
        _used[device.Ordinal] = UsedBytes(device.Ordinal) + rounded;
        return Insert(new MemoryRange(start, bytes, (byte*)host, kind, device.Ordinal, $"{call} ({bytes} bytes)")
        {
            Owner = owner,
            IsFromPool = fromPool,
            IsFreed = fromPool,
            Gone = fromPool ? "is not allocated yet in stream order" : "was freed",
        });
    }

    /// <summary>Page-locked host memory, poisoned; the device reaches it at its host address.</summary>
    /// <returns>Null: the host has none left.</returns>
    public MemoryRange? AllocatePinned(EmulatedContext owner, ulong bytes, uint flags, string call)
    {
        if (bytes > long.MaxValue || TakeHost(bytes) is not { } host)
        {
            return null;
        }

        _map.RemoveFreed((ulong)host, bytes);
        return Insert(new MemoryRange((ulong)host, bytes, (byte*)host, MemoryKind.Pinned, owner.Device.Ordinal, $"{call} ({bytes} bytes)")
        {
            Owner = owner,
            Flags = flags,
        });
    }

    /// <summary>Makes the program's own host memory known.</summary>
    public MemoryRange Register(EmulatedContext owner, void* host, ulong bytes, uint flags, string call)
    {
        _map.RemoveFreed((ulong)host, bytes);
        var range = new MemoryRange((ulong)host, bytes, (byte*)host, MemoryKind.Registered, owner.Device.Ordinal, $"{call} ({bytes} bytes)")
        {
            Owner = owner,
            Flags = flags,
        };
        _map.Add(range);
        return range;
    }

    /// <summary>Frees it. The record stays for messages; bytes that the program can still reach are poisoned and kept for a while.</summary>
    public void Release(MemoryRange range)
    {
        if (range.Kind is MemoryKind.Device or MemoryKind.ModuleVariable && !range.IsFromGraph)
        {
            _used[range.Device] = UsedBytes(range.Device) - ((range.Bytes + Granularity - 1) / Granularity * Granularity);
        }

        range.IsFreed = true;
        range.Shadow = null;
        if (range.IsFromGraph)
        {
            range.Poison();
            return;
        }

        if (range.Kind == MemoryKind.Pinned)
        {
            Quarantine(range);
        }
        else
        {
            FreeBytes(range);
            Remember(range);
        }
    }

    /// <summary>Frees all that was made in a context.</summary>
    public void ReleaseOf(EmulatedContext owner)
    {
        foreach (MemoryRange range in _map.Ranges.Where(range => range.Owner == owner && range.HasBytes && (!range.IsFreed || range.Kind == MemoryKind.Device)).ToArray())
        {
            range.IsFromGraph = false;
            Release(range);
        }
    }

    public void Dispose()
    {
        foreach (MemoryRange range in _map.Ranges)
        {
            FreeBytes(range);
        }

        _map.Clear();
    }

    private static void FreeBytes(MemoryRange range)
    {
        if (range.HasBytes && range.Kind != MemoryKind.Registered)
        {
            NativeMemory.AlignedFree(range.Host);
        }

        range.HasBytes = false;
    }

    private static void* AlignedAlloc(nuint bytes)
    {
        try
        {
            return NativeMemory.AlignedAlloc(bytes, 4096);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    private static nint? TakeHost(ulong bytes)
    {
        void* host = bytes > (ulong)nint.MaxValue - 4096 ? null : AlignedAlloc((nuint)bytes);
        return host is null ? null : (nint)host;
    }

    private MemoryRange Insert(MemoryRange range)
    {
        range.Poison();
        _map.Add(range);
        return range;
    }

    private void Remember(MemoryRange range)
    {
        _freed.Enqueue(range);
        if (_freed.Count > RememberedRanges)
        {
            _map.Remove(_freed.Dequeue());
        }
    }

    private void Quarantine(MemoryRange range)
    {
        range.Poison();
        _quarantine.Enqueue(range);
        _quarantined += range.Bytes;
        while (_quarantined > QuarantineBytes && _quarantine.Count > 1)
        {
            MemoryRange oldest = _quarantine.Dequeue();
            _quarantined -= oldest.Bytes;
            _map.Remove(oldest);
            FreeBytes(oldest);
        }
    }
}

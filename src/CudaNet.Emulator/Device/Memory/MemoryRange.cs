using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Device;

/// <summary>
/// One allocation: where the device sees it, and the host bytes that hold it. When it is freed its bytes are poisoned or released; the record stays, so
/// that a late access can be told what it missed.
/// </summary>
internal sealed unsafe class MemoryRange(ulong start, ulong bytes, byte* host, MemoryKind kind, int device, string name)
{
    /// <summary>The device address of the first byte.</summary>
    public ulong Start { get; } = start;

    public ulong Bytes { get; } = bytes;

    public ulong End => Start + Bytes;

    /// <summary>The first byte on the host; not to be touched once it is freed.</summary>
    public byte* Host { get; } = host;

    public MemoryKind Kind { get; } = kind;

    /// <summary>Whether it is memory of the host, which may look at it and change it while a kernel runs.</summary>
    public bool IsOfHost { get; } = kind is MemoryKind.Pinned or MemoryKind.Registered;

    /// <summary>The device it belongs to.</summary>
    public int Device { get; } = device;

    /// <summary>How messages call it: the call that made it and its size.</summary>
    public string Name { get; } = name;

    /// <summary>The device must not touch it: freed, or, where a stream allocates it, not allocated yet.</summary>
    public bool IsFreed { get; set; }

    /// <summary>Why it must not be touched, as a message says it: <c>was freed</c>, <c>is not allocated yet</c>.</summary>
    public string Gone { get; set; } = "was freed";

    /// <summary>The context it was made in.</summary>
    public EmulatedContext? Owner { get; init; }

    /// <summary>Allocated in stream order.</summary>
    public bool IsFromPool { get; init; }

    /// <summary>The pool that counts it as used; null for a graph's own, and for what no pool gave.</summary>
    public EmulatedMemoryPool? Pool { get; set; }

    /// <summary>A graph's own allocation: its bytes stay for the next launch.</summary>
    public bool IsFromGraph { get; set; }

    /// <summary>A free of it is queued; a second one is a mistake.</summary>
    public bool IsFreeQueued { get; set; }

    /// <summary>Whether its host bytes are still there: those of graphs and of pinned memory outlive a free.</summary>
    public bool HasBytes { get; set; } = true;

    /// <summary>The flags of the call that made it.</summary>
    public uint Flags { get; init; }

    /// <summary>Who touched which word in the launch that runs, where races are looked for; the interpreter's own.</summary>
    public object? Shadow { get; set; }

    /// <summary>Whether a call may queue work that uses it: it is there, or its stream-ordered allocation is queued, and no free is.</summary>
    public bool IsUsable => !IsFreeQueued && (!IsFreed || IsFromPool);

    /// <summary>Whether all these bytes lie in it.</summary>
    public bool Holds(ulong address, ulong bytes) => address >= Start && bytes <= Bytes && address - Start <= Bytes - bytes;

    /// <summary>Stream-ordered memory is there from now on.</summary>
    public void Materialise()
    {
        Poison();
        IsFreed = false;
        Gone = "was freed";
    }

    /// <summary>Fills its bytes with 0xFF: not a number, in each floating-point type.</summary>
    public void Poison() => NativeMemory.Fill(Host, (nuint)Bytes, 0xFF);
}

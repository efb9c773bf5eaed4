namespace CudaNet.Emulator.Device;

/// <summary>One allocation: where the device sees it, and the host bytes that hold it. Its host bytes are poisoned, not released, when it is freed.</summary>
internal sealed unsafe class MemoryRange(ulong start, ulong bytes, byte* host, MemoryKind kind, int device, string name)
{
    /// <summary>The device address of the first byte.</summary>
    public ulong Start { get; } = start;

    public ulong Bytes { get; } = bytes;

    public ulong End => Start + Bytes;

    /// <summary>The first byte on the host.</summary>
    public byte* Host { get; } = host;

    public MemoryKind Kind { get; } = kind;

    /// <summary>The device it belongs to.</summary>
    public int Device { get; } = device;

    /// <summary>How messages call it: the call that made it and its size.</summary>
    public string Name { get; } = name;

    public bool IsFreed { get; set; }

    /// <summary>Who touched which word in the launch that runs, where races are looked for; the interpreter's own.</summary>
    public object? Shadow { get; set; }
}

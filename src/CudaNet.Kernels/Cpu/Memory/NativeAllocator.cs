using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Where all native memory of the CPU backend comes from. Counts what is live, lets it press on the garbage collector, refuses what the machine
/// cannot have, and can be told to fail. Thread-safe.
/// </summary>
internal sealed unsafe class NativeAllocator
{
    /// <summary>A cache line, and a vector of 512 bits.</summary>
    public const int Alignment = 64;

    private long _liveBytes;
    private int _allocations;

    /// <summary>Bytes allocated and not yet freed.</summary>
    public long LiveBytes => Volatile.Read(ref _liveBytes);

    /// <summary>Allocations asked for so far.</summary>
    public int Allocations => Volatile.Read(ref _allocations);

    /// <summary>The allocation, counted from 1, that fails as if memory had run out; 0 for none.</summary>
    public int FailAt { get; init; }

    /// <summary>Counts and hands out nothing: pointers are null. For measuring what would be needed.</summary>
    public bool IsCounting { get; init; }

    /// <summary>What memory for layers' values and workspaces holds at first, before anything is stored there. Tests put NaN, so that whatever nobody wrote shows.</summary>
    public float InitialValue { get; init; }

    /// <summary>Zeroed memory for <paramref name="elements"/> values and a cache line more, so that a kernel may read a vector past the end.</summary>
    /// <exception cref="CudaNetException">The machine has not that much.</exception>
    public NativeBuffer Allocate(long elements, string purpose)
    {
        if (elements < 0 || elements > (long.MaxValue / sizeof(float)) - (2 * Alignment))
        {
            throw Refusal(long.MaxValue, purpose, null);
        }

        long bytes = (((elements * sizeof(float)) + Alignment - 1) / Alignment * Alignment) + Alignment;
        if (IsCounting)
        {
            return new NativeBuffer(this, null, bytes);
        }

        bool fails = Interlocked.Increment(ref _allocations) == FailAt;
        if (fails || LiveBytes + bytes > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            throw Refusal(bytes, purpose, null);
        }

        float* pointer;
        try
        {
            pointer = (float*)NativeMemory.AlignedAlloc((nuint)bytes, AlignmentOf(bytes));
        }
        catch (OutOfMemoryException exception)
        {
            throw Refusal(bytes, purpose, exception);
        }

        LargePages.Wish((nint)pointer, bytes);
        NativeMemory.Clear(pointer, (nuint)bytes);
        Interlocked.Add(ref _liveBytes, bytes);
        GC.AddMemoryPressure(bytes);
        return new NativeBuffer(this, pointer, bytes);
    }

    /// <summary>How memory of so many bytes is aligned.</summary>
    internal static nuint AlignmentOf(long bytes) => (nuint)(LargePages.AreWorth(bytes) ? LargePages.Bytes : Alignment);

    internal void Free(float* pointer, long bytes)
    {
        NativeMemory.AlignedFree(pointer);
        GC.RemoveMemoryPressure(bytes);
        Interlocked.Add(ref _liveBytes, -bytes);
    }

    internal static CudaNetException Refusal(long bytes, string purpose, Exception? cause) =>
        new($"{purpose} need {bytes:n0} bytes, which this machine has not", cause) { Hint = "Run smaller batches or smaller images." };
}

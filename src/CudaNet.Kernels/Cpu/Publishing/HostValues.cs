using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Where observed values are shown to users: managed memory at a fixed address, so that a span which somebody kept too long shows old numbers and never
/// reaches memory that was freed.
/// </summary>
internal sealed unsafe class HostValues
{
    /// <summary>Elements before the first one that is used, which begins a cache line, and after.</summary>
    private const int Padding = NativeAllocator.Alignment / sizeof(float);

    private readonly float[] _values;
    private readonly int _first;

    /// <exception cref="CudaNetException">The machine has not that much.</exception>
    public HostValues(int elements)
    {
        try
        {
            _values = LargePages.AllocateArray(checked(elements + Padding), pinned: true);
        }
        catch (Exception exception) when (exception is OutOfMemoryException or OverflowException)
        {
            throw NativeAllocator.Refusal(BytesOf(elements), "observed values", exception);
        }

        float* start = (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0);
        Pointer = (float*)Scratch.Align(start);
        _first = (int)(Pointer - start);
    }

    /// <summary>Where the values begin.</summary>
    public float* Pointer { get; }

    public Span<float> Values => _values.AsSpan(_first);

    /// <summary>What so many elements take.</summary>
    public static long BytesOf(int elements) => sizeof(float) * ((long)elements + Padding);
}

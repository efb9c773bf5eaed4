using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Where observed values are shown to users: managed memory at a fixed address, so that a span which somebody kept too long shows old numbers and never
/// reaches memory that was freed.
/// </summary>
internal sealed unsafe class HostValues
{
    private readonly float[] _values;

    /// <exception cref="CudaNetException">The machine has not that much.</exception>
    public HostValues(int elements)
    {
        try
        {
            _values = GC.AllocateUninitializedArray<float>(elements, pinned: true);
        }
        catch (OutOfMemoryException exception)
        {
            throw NativeAllocator.Refusal(sizeof(float) * (long)elements, "observed values", exception);
        }

        Pointer = (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0);
    }

    public float* Pointer { get; }

    public ReadOnlySpan<float> Values => _values;

    public long Bytes => sizeof(float) * (long)_values.Length;
}

using System.Buffers;
using System.Runtime.InteropServices;

namespace CudaNet.Weights;

/// <summary>fp32 values where the file has them. Access after the file's disposal throws instead of reading freed memory.</summary>
internal sealed class MappedFloats(FileBytes file, long offset, int count) : MemoryManager<float>
{
    public override Span<float> GetSpan()
    {
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(file.Span(offset, checked(count * sizeof(float))));
        return MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(values), count);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, count);
        return file.Pin(offset + ((long)elementIndex * sizeof(float)));
    }

    /// <summary>The handle itself lets go.</summary>
    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}

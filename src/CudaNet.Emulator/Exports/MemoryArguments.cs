using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>The check of addresses that calls take to be memory the driver knows.</summary>
internal static class MemoryArguments
{
    /// <summary>Whether elements from an address on lie in one allocation, and are aligned. No elements are right anywhere.</summary>
    /// <param name="call">The call.</param>
    /// <param name="address">Of the first one.</param>
    /// <param name="count">How many.</param>
    /// <param name="elementBytes">The size of one.</param>
    /// <param name="range">Where they lie; null where there are none.</param>
    /// <returns>Success; or 1, with a finding that says what lies there.</returns>
    public static CUresult Check(NativeCall call, ulong address, ulong count, ulong elementBytes, out MemoryRange? range)
    {
        range = null;
        if (count == 0)
        {
            return CUresult.CUDA_SUCCESS;
        }

        range = call.Machine.Memory.Find(address);
        bool fits = range is not null && count <= ulong.MaxValue / elementBytes && range.Holds(address, count * elementBytes);
        if (fits && IsThere(range!) && address % elementBytes == 0)
        {
            return CUresult.CUDA_SUCCESS;
        }

        (FindingKind kind, string what) = range switch
        {
            null => (FindingKind.OutOfBounds, "is no memory that the driver knows"),
            _ when !IsThere(range) => (FindingKind.UseAfterFree, $"lies in {range.Name}, which {range.Gone}"),
            _ when !fits => (FindingKind.OutOfBounds, $"is byte {address - range.Start} of {range.Name}; {count} elements of {elementBytes} bytes pass its end"),
            _ => (FindingKind.Misaligned, $"is no multiple of {elementBytes} bytes"),
        };
        call.Find(kind, $"0x{address:x} {what}.");
        return CUresult.CUDA_ERROR_INVALID_VALUE;
    }

    /// <summary>Allocated, or to be allocated when its stream gets there.</summary>
    private static bool IsThere(MemoryRange range) => !range.IsFreed || (range.IsFromPool && !range.IsFreeQueued);
}

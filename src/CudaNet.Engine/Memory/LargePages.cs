using System.Runtime.InteropServices;

namespace CudaNet.Engine;

/// <summary>
/// Asks Linux for pages of 2 MiB where memory is large. Weights are read once a pass: with pages of 4 KiB they have more of them than a processor keeps addresses of. And memory that is written for the
/// first time costs one fault a page, which in a virtual machine may take longer than all else that opening a model does.
/// A wish: where the kernel grants none, or is another, memory is what it was.
/// </summary>
internal static class LargePages
{
    /// <summary>Bytes of a page, from which memory is worth aligning to one.</summary>
    public const int Bytes = 2 << 20;

    /// <summary>MADV_HUGEPAGE of sys/mman.h.</summary>
    private const int HugePage = 14;

    /// <summary>Whether memory of so many bytes is worth beginning at a page.</summary>
    public static bool AreWorth(long bytes) => bytes >= Bytes && OperatingSystem.IsLinux();

    /// <summary>Managed memory for values that will all be written: what was there before is there still.</summary>
    /// <param name="elements">How many values.</param>
    /// <param name="pinned">Whether its address stays.</param>
    /// <exception cref="OutOfMemoryException">The machine has not that much.</exception>
    public static float[] AllocateArray(int elements, bool pinned = false)
    {
        float[] array = GC.AllocateUninitializedArray<float>(elements, pinned);
        if (AreWorth(sizeof(float) * (long)elements))
        {
            GCHandle handle = GCHandle.Alloc(array, GCHandleType.Pinned);
            Wish(handle.AddrOfPinnedObject(), sizeof(float) * (long)elements);
            handle.Free();
        }

        return array;
    }

    /// <summary>Wishes for large pages where whole ones lie in some memory, before anything is written there.</summary>
    public static void Wish(nint memory, long bytes)
    {
        (nint first, long length) = Whole(memory, bytes);
        if (length == 0 || !OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = Advise(first, (nuint)length, HugePage);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // Then pages are what the kernel makes them.
        }
    }

    /// <summary>Where the whole pages of some memory begin, and how many bytes they are.</summary>
    internal static (nint First, long Bytes) Whole(nint memory, long bytes)
    {
        nint first = (memory + Bytes - 1) / Bytes * Bytes;
        return (first, Math.Max(0, (memory + bytes - first) / Bytes * Bytes));
    }

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(nint address, nuint length, int advice);
}

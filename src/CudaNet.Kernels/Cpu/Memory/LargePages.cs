using System.Runtime.InteropServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Asks Linux for pages of 2 MiB where memory is large. Weights are read once a pass: with pages of 4 KiB they have more of them than a processor keeps addresses of.
/// A wish: where the kernel grants none, or is another, memory is what it was.
/// </summary>
internal static unsafe class LargePages
{
    /// <summary>Bytes of a page, from which memory is worth aligning to one.</summary>
    public const int Bytes = 2 << 20;

    /// <summary>MADV_HUGEPAGE of sys/mman.h.</summary>
    private const int HugePage = 14;

    /// <summary>How memory of so many bytes is to be aligned; at least to a cache line.</summary>
    public static nuint Alignment(long bytes) => (nuint)(bytes >= Bytes && OperatingSystem.IsLinux() ? Bytes : NativeAllocator.Alignment);

    /// <summary>Wishes for large pages, before anything is written there.</summary>
    public static void Wish(void* memory, long bytes)
    {
        if (Alignment(bytes) != Bytes)
        {
            return;
        }

        try
        {
            _ = Advise(memory, (nuint)bytes, HugePage);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // Then pages are what the kernel makes them.
        }
    }

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(void* address, nuint length, int advice);
}

using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Host memory that the device reads and writes by itself, so that copies run beside the program. Not cleared.
/// Dispose of it after the last copy that uses it has ended; a span of it is not valid longer than that. Thread-safe, its content is not.
/// </summary>
public sealed unsafe class PinnedMemory : IDisposable
{
    private static readonly ReleaseCall Free = new(nameof(DriverApi.cuMemFreeHost), static (l, h) => (int)l.Driver.cuMemFreeHost((void*)h));

    /// <summary>Allocates. Slow: not for the hot path, and not while this thread captures.</summary>
    /// <param name="context">Whose device shall reach it; others of the process do too.</param>
    /// <param name="bytes">How many, 1 to 2³¹ − 1.</param>
    /// <exception cref="CudaException">So much memory cannot be pinned.</exception>
    public PinnedMemory(CudaContext context, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        context.Enter();
        void* address;
        context.Check(context.Driver.cuMemHostAlloc(&address, (nuint)bytes, 1), nameof(DriverApi.cuMemHostAlloc), $"{bytes} bytes");
        Context = context;
        Bytes = bytes;
        Handle = new CudaHandle(context, Free, (nint)address);
    }

    /// <summary>The context it was allocated in.</summary>
    public CudaContext Context { get; }

    /// <summary>Its size.</summary>
    public int Bytes { get; }

    internal CudaHandle Handle { get; }

    /// <summary>The content. While a copy is under way, it is the device's: wait for the stream before.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
        return MemoryMarshal.Cast<byte, T>(new Span<byte>((void*)Handle.DangerousGetHandle(), Bytes));
    }

    /// <summary>A part of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within.</exception>
    public PinnedSlice Slice(int offsetBytes, int bytes) => new(this, offsetBytes, bytes);

    /// <summary>Frees the memory. Never throws: a failure is told by <see cref="CudaContext.ReleaseFailed"/>.</summary>
    public void Dispose() => Handle.Dispose();
}

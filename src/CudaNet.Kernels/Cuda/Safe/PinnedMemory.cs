using System.Collections.Concurrent;
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

    private static readonly ReleaseCall Unregister = new(nameof(DriverApi.cuMemHostUnregister), Forget);

    /// <summary>What the driver holds pinned must not be collected before it lets go of it.</summary>
    private static readonly ConcurrentDictionary<nint, byte[]> Registered = new();

    private readonly byte[]? _array;
    private readonly int _start;

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

    private PinnedMemory(CudaContext context, byte[] array, int start, int bytes)
    {
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(array, start);
        context.Enter();
        CUresult result = context.Driver.cuMemHostRegister_v2((void*)address, (nuint)WholePages(bytes), 1);
        context.Check(result, nameof(DriverApi.cuMemHostRegister_v2), $"{WholePages(bytes)} bytes");
        Registered[address] = array;
        (Context, Bytes, _array, _start) = (context, bytes, array, start);
        Handle = new CudaHandle(context, Unregister, address);
    }

    /// <summary>The context it was allocated in.</summary>
    public CudaContext Context { get; }

    /// <summary>Its size.</summary>
    public int Bytes { get; }

    internal CudaHandle Handle { get; }

    /// <summary>What memory of that size takes of the host's pages.</summary>
    internal static long WholePages(long bytes) => (bytes + Environment.SystemPageSize - 1) / Environment.SystemPageSize * Environment.SystemPageSize;

    /// <summary>
    /// Managed memory, pinned and registered in whole pages of its own: a span of it that somebody kept too long shows old numbers, and never reaches memory
    /// that was freed. Otherwise as memory that is allocated.
    /// </summary>
    /// <inheritdoc cref="PinnedMemory(CudaContext, int)"/>
    internal static PinnedMemory OfManaged(CudaContext context, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        byte[] array = GC.AllocateUninitializedArray<byte>(checked((int)WholePages(bytes) + Environment.SystemPageSize), pinned: true);
        nint begin = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        int start = (int)((Environment.SystemPageSize - (begin % Environment.SystemPageSize)) % Environment.SystemPageSize);
        return new PinnedMemory(context, array, start, bytes);
    }

    /// <summary>The content. While a copy is under way, it is the device's: wait for the stream before.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
        return MemoryMarshal.Cast<byte, T>(_array is null ? new Span<byte>((void*)Handle.DangerousGetHandle(), Bytes) : _array.AsSpan(_start, Bytes));
    }

    /// <summary>A part of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within.</exception>
    public PinnedSlice Slice(int offsetBytes, int bytes) => new(this, offsetBytes, bytes);

    /// <summary>Frees the memory. Never throws: a failure is told by <see cref="CudaContext.ReleaseFailed"/>.</summary>
    public void Dispose() => Handle.Dispose();

    private static int Forget(CudaLibraries libraries, nint handle)
    {
        CUresult result = libraries.Driver.cuMemHostUnregister((void*)handle);
        Registered.TryRemove(handle, out _);
        return (int)result;
    }
}

namespace CudaNet.Kernels.Cpu;

/// <summary>Owns fp32 values in native memory, aligned to a cache line, zero at first. Freed by <see cref="Dispose"/>, or by the finaliser.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private readonly NativeAllocator _allocator;
    private nint _pointer;

    internal NativeBuffer(NativeAllocator allocator, float* pointer, long bytes)
    {
        _allocator = allocator;
        _pointer = (nint)pointer;
        Bytes = bytes;
    }

    ~NativeBuffer() => Release();

    public long Bytes { get; }

    public float* Pointer => (float*)_pointer;

    /// <summary>Writes a value everywhere.</summary>
    public void Fill(float value)
    {
        for (long i = 0; i < Bytes / sizeof(float); i++)
        {
            Pointer[i] = value;
        }
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        // A finaliser and a disposer may come at once, where an owner was forgotten and is ended on another thread.
        nint pointer = Interlocked.Exchange(ref _pointer, 0);
        if (pointer != 0)
        {
            _allocator.Free((float*)pointer, Bytes);
        }
    }
}

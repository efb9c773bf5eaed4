namespace CudaNet.Kernels.Cpu;

/// <summary>Owns fp32 values in native memory, aligned to a cache line, zero at first. Freed by <see cref="Dispose"/>, or by the finaliser.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private readonly NativeAllocator _allocator;
    private float* _pointer;

    internal NativeBuffer(NativeAllocator allocator, float* pointer, long bytes)
    {
        _allocator = allocator;
        _pointer = pointer;
        Bytes = bytes;
    }

    ~NativeBuffer() => Release();

    public long Bytes { get; }

    public float* Pointer => _pointer;

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (_pointer != null)
        {
            _allocator.Free(_pointer, Bytes);
            _pointer = null;
        }
    }
}

namespace CudaNet.Kernels.Cpu;

/// <summary>The buffers of one owner: allocated one after another, counted, freed together.</summary>
internal sealed class NativeArena(NativeAllocator allocator) : IDisposable
{
    private readonly List<NativeBuffer> _buffers = [];

    public long Bytes { get; private set; }

    /// <inheritdoc cref="NativeAllocator.Allocate"/>
    public NativeBuffer Allocate(long elements, string purpose)
    {
        NativeBuffer buffer = allocator.Allocate(elements, purpose);
        _buffers.Add(buffer);
        Bytes = checked(Bytes + buffer.Bytes);
        return buffer;
    }

    /// <summary>Memory for layers' values and what steps work in, which is written before it is read.</summary>
    /// <inheritdoc cref="NativeAllocator.Allocate"/>
    public NativeBuffer AllocateUnwritten(long elements, string purpose)
    {
        NativeBuffer buffer = Allocate(elements, purpose);
        if (allocator.InitialValue != 0)
        {
            buffer.Fill(allocator.InitialValue);
        }

        return buffer;
    }

    public void Dispose()
    {
        foreach (NativeBuffer buffer in _buffers)
        {
            buffer.Dispose();
        }

        _buffers.Clear();
    }
}

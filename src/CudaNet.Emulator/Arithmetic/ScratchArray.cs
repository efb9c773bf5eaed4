using System.Buffers;

namespace CudaNet.Emulator.Arithmetic;

/// <summary>Host memory lent for the time of one library call; its content is whatever was there.</summary>
internal readonly struct ScratchArray<T>(int length) : IDisposable
    where T : unmanaged
{
    public T[] Array { get; } = ArrayPool<T>.Shared.Rent(length);

    public int Length { get; } = length;

    public Span<T> Span => Array.AsSpan(0, Length);

    public void Dispose() => ArrayPool<T>.Shared.Return(Array);
}

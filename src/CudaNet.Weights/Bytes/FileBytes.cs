using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// The bytes of one file: a read-only memory map, or memory. Every access is checked against the length and against disposal. Without a
/// disposal the map stays: a finaliser could take it from under a span.
/// </summary>
internal sealed unsafe class FileBytes : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private ReadOnlyMemory<byte> _memory;
    private byte* _start;
    private bool _disposed;

    /// <param name="name">What stands for the path in messages.</param>
    /// <param name="memory">The whole file, at any address; not copied, and let go of at the disposal.</param>
    public FileBytes(string name, ReadOnlyMemory<byte> memory)
    {
        Name = name;
        Length = memory.Length;
        _memory = memory;
    }

    private FileBytes(string name, MemoryMappedFile file, long length)
    {
        Name = name;
        Length = length;
        _file = file;
        _view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    /// <summary>The path, or what stands for it in messages.</summary>
    public string Name { get; }

    public long Length { get; }

    /// <summary>All of it.</summary>
    public ByteRegion All => new(this, 0, Length);

    /// <summary>A map of the file; no bytes for an empty one, which cannot be mapped.</summary>
    /// <exception cref="CudaNetException">There is no such file, or it cannot be read.</exception>
    public static FileBytes Map(string path) => RegularFile.Read(path, stream => Map(stream, path));

    /// <summary>A map of an open file, whatever its stream's position; the stream stays open and is not needed afterwards.</summary>
    public static FileBytes Map(FileStream stream, string name)
    {
        long length = stream.Length;
        return length == 0
            ? new FileBytes(name, ReadOnlyMemory<byte>.Empty)
            : new FileBytes(name, MemoryMappedFile.CreateFromFile(stream, null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true), length);
    }

    /// <summary>A copy of what a stream has from its position to its end.</summary>
    /// <exception cref="CudaNetException">It cannot be read, or has more than <paramref name="maxBytes"/>.</exception>
    public static FileBytes Copy(Stream stream, string name, long maxBytes) =>
        new(name, StreamBytes.Read(stream, name, maxBytes) ?? throw new WeightFormatException($"the stream has more than {Math.Min(maxBytes, Array.MaxLength)} bytes, the most that are read")
        {
            File = name,
            Hint = maxBytes < ModelFileOptions.DefaultMaxStreamBytes
                ? $"If it is trusted, raise {nameof(ModelFileOptions)}.{nameof(ModelFileOptions.MaxStreamBytes)}."
                : "Write it to a file, which may have any length, and open that by its path.",
        });

    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        // The memory's own span keeps it alive; the map stays until the disposal.
        return _file is null ? _memory.Span.Slice((int)offset, length) : new ReadOnlySpan<byte>(_start + offset, length);
    }

    /// <summary>Fixes the bytes from <paramref name="offset"/> on at their address until the handle is disposed of.</summary>
    public MemoryHandle Pin(long offset)
    {
        Span(offset, 0);
        return _file is null ? _memory[(int)offset..].Pin() : new MemoryHandle(_start + offset);
    }

    /// <summary>
    /// True where fp32 values from <paramref name="offset"/> on can be read where they are: everywhere on processors that read them at any address (x86-64, Arm64),
    /// elsewhere at an address divisible by 4, which it keeps wherever the collector moves it. ONNX files align nothing.
    /// </summary>
    public bool CanHoldFloats(long offset)
    {
        if (RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64)
        {
            return true;
        }

        byte* start = _file is null ? (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(_memory.Span)) : _start;
        return ((nuint)(start + offset) & (sizeof(float) - 1)) == 0;
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _memory = default;
            _start = null;
            _view?.SafeMemoryMappedViewHandle.ReleasePointer();
            _view?.Dispose();
            _file?.Dispose();
        }
    }
}

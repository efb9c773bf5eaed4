using System.IO.MemoryMappedFiles;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// The bytes of one file at a fixed address: a read-only memory map, or a pinned array. Every access is checked against the length and
/// against disposal. Without a disposal the map stays: a finaliser could take it from under a span.
/// </summary>
internal sealed unsafe class FileBytes : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte[]? _array;
    private byte* _start;

    private FileBytes(string name, byte[] pinned)
    {
        Name = name;
        Length = pinned.Length;
        _array = pinned;
        _start = (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
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

    /// <exception cref="CudaNetException">There is no such file, or it cannot be read, or it is empty.</exception>
    public static FileBytes Map(string path) => RegularFile.Read(path, stream =>
    {
        long length = stream.Length;
        if (length == 0)
        {
            throw new WeightFormatException("the file is empty") { File = path, Hint = "Download or export it again." };
        }

        MemoryMappedFile file = MemoryMappedFile.CreateFromFile(stream, null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        return new FileBytes(path, file, length);
    });

    /// <summary>A copy of bytes in memory.</summary>
    public static FileBytes Copy(ReadOnlySpan<byte> bytes, string name)
    {
        byte[] pinned = Allocate(bytes.Length);
        bytes.CopyTo(pinned);
        return new FileBytes(name, pinned);
    }

    /// <summary>Takes an array made by <see cref="Allocate"/>.</summary>
    public static FileBytes Own(byte[] pinned, string name) => new(name, pinned);

    /// <summary>An array that will not move.</summary>
    public static byte[] Allocate(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);

    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_start is null && Length > 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        // The array's own span keeps it alive; the map stays until the disposal.
        return _array is null ? new ReadOnlySpan<byte>(_start + offset, length) : _array.AsSpan((int)offset, length);
    }

    /// <summary>True where the byte at <paramref name="offset"/> has an address divisible by <paramref name="alignment"/>.</summary>
    public bool IsAligned(long offset, int alignment) => ((nuint)(_start + offset) & (nuint)(alignment - 1)) == 0;

    public void Dispose()
    {
        if (_start is not null)
        {
            _start = null;
            _view?.SafeMemoryMappedViewHandle.ReleasePointer();
            _view?.Dispose();
            _file?.Dispose();
        }
    }
}

using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>A range of a file's bytes that is known to lie inside it; makes the errors that name the place.</summary>
/// <param name="File">The file, or the inflated copy of a part of it.</param>
/// <param name="Start">First byte.</param>
/// <param name="Length">Number of bytes.</param>
/// <param name="Entry">The archive entry that this is, for messages.</param>
internal readonly record struct ByteRegion(FileBytes File, long Start, long Length, string? Entry = null)
{
    /// <summary>True where the bytes are not the file's own: offsets then mean nothing to the user.</summary>
    public bool Inflated { get; init; }

    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return File.Span(Start + offset, length);
    }

    /// <summary>The first bytes, at most <paramref name="count"/>.</summary>
    public ReadOnlySpan<byte> First(int count) => Span(0, (int)Math.Min(count, Length));

    public ByteRegion Slice(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return this with { Start = Start + offset, Length = length };
    }

    /// <summary>An exception that names the file, the entry and the byte.</summary>
    public WeightFormatException Error(long offset, string message, string? hint = null, Exception? inner = null) =>
        new(Entry is null ? message : $"entry {Printable.Quote(Entry)}: {message}", inner)
        {
            File = File.Name,
            Offset = Inflated ? null : Start + offset,
            Hint = hint,
        };
}

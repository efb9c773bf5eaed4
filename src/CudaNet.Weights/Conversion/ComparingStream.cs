using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Takes what is written to it for what a file holds, and throws where that is something else.</summary>
internal sealed class ComparingStream : WriteOnlyStream
{
    private const int ChunkBytes = 1 << 18;
    private readonly FileStream _file;
    private readonly string _name;
    private readonly byte[] _chunk = new byte[ChunkBytes];

    private ComparingStream(FileStream file, string name) => (_file, _name) = (file, name);

    /// <summary>Reads a file from its start and compares.</summary>
    /// <param name="file">What was written.</param>
    /// <param name="write">Writes it again.</param>
    /// <param name="name">What the file is called.</param>
    /// <exception cref="CudaNetException">It is longer, shorter, or other bytes.</exception>
    public static void Compare(FileStream file, Action<Stream> write, string name)
    {
        file.Position = 0;
        using ComparingStream comparing = new(file, name);
        write(comparing);
        if (file.Position != file.Length)
        {
            throw comparing.Differs();
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            Span<byte> there = _chunk.AsSpan(0, Math.Min(ChunkBytes, buffer.Length));
            if (_file.ReadAtLeast(there, there.Length, throwOnEndOfStream: false) < there.Length || !buffer[..there.Length].SequenceEqual(there))
            {
                throw Differs();
            }

            buffer = buffer[there.Length..];
        }
    }

    private CudaNetException Differs() => new("reads back with other bytes than were written") { File = _name, Hint = "The storage device may be at fault." };
}

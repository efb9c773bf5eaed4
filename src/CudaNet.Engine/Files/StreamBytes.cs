namespace CudaNet.Engine;

/// <summary>
/// Reads a stream whole whose length nobody vouches for: memory grows with the bytes that have come, never with what the stream says of itself.
/// </summary>
internal static class StreamBytes
{
    private const int FirstBytes = 1 << 16;
    private const int MostBytesARead = 1 << 20;

    /// <summary>
    /// All bytes from the stream's position to its end, in an array of just their length; null where there are more than <paramref name="limit"/>
    /// (or than an array can have). The stream stays open. Memory stays below three times what has come, and 64 KiB.
    /// </summary>
    /// <exception cref="CudaNetException">Reading failed; it names the stream and has the stream's own exception inside.</exception>
    public static byte[]? Read(Stream stream, string name, long limit)
    {
        try
        {
            return ReadToEnd(stream, (int)Math.Clamp(limit, 0, Array.MaxLength));
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CudaNetException($"cannot be read: {exception.Message}", exception) { File = name };
        }
    }

    private static byte[]? ReadToEnd(Stream stream, int most)
    {
        long said = stream.CanSeek ? stream.Length - stream.Position : 0;
        if (said > most)
        {
            return null;
        }

        byte[] bytes = new byte[Math.Min(said > 0 ? said : FirstBytes, Math.Min(FirstBytes, most))];
        for (int length = 0; ;)
        {
            if (length < bytes.Length)
            {
                int read = ReadSome(stream, bytes.AsSpan(length, Math.Min(MostBytesARead, bytes.Length - length)));
                if (read == 0)
                {
                    Array.Resize(ref bytes, length);
                    return bytes;
                }

                length += read;
                continue;
            }

            // Where the stream told the truth, this is its end, and the array has the right length.
            int next = stream.ReadByte();
            if (next < 0 || length == most)
            {
                return next < 0 ? bytes : null;
            }

            Array.Resize(ref bytes, (int)Math.Min(most, length < said ? Math.Min(2L * length, said) : 2L * length));
            bytes[length++] = (byte)next;
        }
    }

    private static int ReadSome(Stream stream, Span<byte> buffer)
    {
        int read = stream.Read(buffer);
        return (uint)read <= (uint)buffer.Length ? read : throw new IOException($"the stream says that it read {read} of {buffer.Length} bytes");
    }
}

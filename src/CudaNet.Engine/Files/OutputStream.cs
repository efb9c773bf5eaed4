namespace CudaNet.Engine;

/// <summary>A file's stream whose failures are all <see cref="IOException"/>s that say why in the system's words, and do not name the file.</summary>
internal sealed class OutputStream(FileStream file) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => file.Length;

    public override long Position
    {
        get => file.Position;
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <summary>What a failure to write comes to. A file that becomes too large for the system or the process's limit is, to the framework, a wrong argument.</summary>
    public static IOException Failure(Exception exception, string path) => new(
        exception switch
        {
            ArgumentOutOfRangeException => "File too large",
            UnauthorizedAccessException => exception.InnerException?.Message ?? "Permission denied",
            DirectoryNotFoundException => "there is no such folder",
            FileNotFoundException => "no file can be made in that folder",
            _ => exception.Message.Replace($" : '{path}'", "", StringComparison.Ordinal).Replace($"'{path}'", "the file", StringComparison.Ordinal),
        },
        exception);

    public override void Flush() => Try(() => file.Flush());

    /// <summary>Writes everything to the disk.</summary>
    public void FlushToDisk() => Try(() => file.Flush(flushToDisk: true));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            file.Write(buffer);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            throw Failure(exception, file.Name);
        }
    }

    public override void SetLength(long value) => Try(() => file.SetLength(value));

    /// <summary>May write what is in the buffer.</summary>
    public override long Seek(long offset, SeekOrigin origin)
    {
        long position = 0;
        Try(() => position = file.Seek(offset, origin));
        return position;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Try(file.Dispose);
        }

        base.Dispose(disposing);
    }

    private static bool IsFailure(Exception exception) => exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException;

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            throw Failure(exception, file.Name);
        }
    }
}

namespace CudaNet.Tests.Support;

/// <summary>A stream that only goes forward and behaves as the test wants: gives <paramref name="bytes"/>, then its end, zeros without end, or an exception.</summary>
public sealed class ScriptedStream(byte[] bytes) : Stream
{
    private long _position;

    /// <summary>The most bytes that one read gives.</summary>
    public int MostARead { get; init; } = int.MaxValue;

    /// <summary>True: zeros follow for ever.</summary>
    public bool IsEndless { get; init; }

    /// <summary>What is thrown in place of the end.</summary>
    public Exception? Failure { get; init; }

    /// <summary>What the stream says of its length, true or not; null where it is not seekable.</summary>
    public long? SaidLength { get; init; }

    /// <summary>Bytes that were read.</summary>
    public long Given => _position;

    public bool IsClosed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => SaidLength is not null;

    public override bool CanWrite => false;

    public override long Length => SaidLength ?? throw new NotSupportedException();

    public override long Position
    {
        get => CanSeek ? _position : throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int wanted = Math.Min(count, MostARead);
        int given = IsEndless ? wanted : (int)Math.Min(wanted, bytes.Length - _position);
        if (given == 0 && wanted > 0 && Failure is not null)
        {
            throw Failure;
        }

        for (int i = 0; i < given; i++, _position++)
        {
            buffer[offset + i] = _position < bytes.Length ? bytes[_position] : (byte)0;
        }

        return given;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        IsClosed = true;
        base.Dispose(disposing);
    }
}

using System.Security.Cryptography;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Engine;

/// <summary>Streams of every length and honesty are read whole, or refused before they fill the memory.</summary>
public sealed class StreamBytesTests
{
    private const int Megabyte = 1 << 20;

    public static TheoryData<int> Lengths => [0, 1, 2, 65_535, 65_536, 65_537, 131_072, 131_073, 1_000_000, (3 * Megabyte) + 1];

    public static TheoryData<string> Failures => ["io", "access", "support", "data"];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Gives_every_byte_whatever_the_stream_says_of_its_length(int length)
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(length);
        foreach (long? said in (long?[])[null, length, length + 1L, 0, -1, length / 2, Array.MaxLength])
        {
            foreach (int mostARead in (int[])[int.MaxValue, 1000])
            {
                using ScriptedStream stream = new(bytes) { SaidLength = said, MostARead = mostARead };
                long before = GC.GetAllocatedBytesForCurrentThread();
                byte[]? read = StreamBytes.Read(stream, "s", long.MaxValue);
                // Doublings come to at most four times the length, the last copy to one more, and the framework has buffers for one read.
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (5L * length) + (3 * Megabyte));
                Assert.True(bytes.AsSpan().SequenceEqual(read), $"{length} bytes, said to be {said}");
                Assert.False(stream.IsClosed);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(100_000)]
    [InlineData(Megabyte)]
    public void The_limit_is_the_last_length_that_is_read(int limit)
    {
        foreach (bool seekable in (bool[])[false, true])
        {
            Assert.Equal(limit, StreamBytes.Read(new ScriptedStream(new byte[limit]) { SaidLength = seekable ? limit : null }, "s", limit)?.Length);
            Assert.Null(StreamBytes.Read(new ScriptedStream(new byte[limit + 1]) { SaidLength = seekable ? limit + 1 : null }, "s", limit));
        }

        using ScriptedStream endless = new([]) { IsEndless = true };
        Assert.Null(StreamBytes.Read(endless, "s", limit));
        Assert.Equal(limit + 1, endless.Given);
    }

    [Fact]
    public void What_says_that_it_is_too_long_is_not_read()
    {
        using ScriptedStream stream = new([]) { IsEndless = true, SaidLength = long.MaxValue };
        Assert.Null(StreamBytes.Read(stream, "s", long.MaxValue));
        Assert.Equal(0, stream.Given);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failure_of_the_stream_is_the_cause(string kind)
    {
        Exception failure = kind switch
        {
            "io" => new IOException("the cable is out"),
            "access" => new UnauthorizedAccessException("the cable is out"),
            "support" => new NotSupportedException("the cable is out"),
            _ => new InvalidDataException("the cable is out"),
        };
        foreach (int after in (int[])[0, 10, 65_536])
        {
            using ScriptedStream stream = new(new byte[after]) { Failure = failure };
            CudaNetException exception = Assert.Throws<CudaNetException>(() => StreamBytes.Read(stream, "s", Megabyte));
            Assert.Equal("s: cannot be read: the cable is out", exception.Message);
            Assert.Equal(("s", failure), (exception.File, exception.InnerException));
        }
    }

    [Fact]
    public void What_is_no_failure_of_reading_passes()
    {
        MemoryStream closed = new();
        closed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => StreamBytes.Read(closed, "s", 1));
        Assert.Throws<OperationCanceledException>(() => StreamBytes.Read(new ScriptedStream([]) { Failure = new OperationCanceledException() }, "s", 1));
    }
}

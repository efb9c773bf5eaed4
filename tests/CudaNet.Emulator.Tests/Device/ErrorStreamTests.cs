using Xunit;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>An error stream that takes nothing does not end the program.</summary>
public sealed class ErrorStreamTests
{
    [Fact]
    public void A_line_goes_to_the_stream_and_one_that_cannot_be_written_is_lost()
    {
        using var text = new StringWriter();
        ErrorStream.Say("hello", text);
        Assert.Equal("CudaNet.Emulator: hello" + Environment.NewLine, text.ToString());

        using var readOnly = new StreamWriter(new RefusingStream(new UnauthorizedAccessException())) { AutoFlush = true };
        using var full = new StreamWriter(new RefusingStream(new IOException())) { AutoFlush = true };
        ErrorStream.Say("hello", readOnly);
        ErrorStream.Say("hello", full);
        text.Dispose();
        ErrorStream.Say("hello", text);
    }

    private sealed class RefusingStream(Exception answer) : MemoryStream
    {
        private bool _answered;

        public override void Write(ReadOnlySpan<byte> buffer) => Write([], 0, 0);

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (!_answered)
            {
                _answered = true;
                throw answer;
            }
        }
    }
}

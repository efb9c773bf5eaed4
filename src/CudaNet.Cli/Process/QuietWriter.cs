using System.Text;

namespace CudaNet.Cli;

/// <summary>Standard error for notes and progress: what nobody can read is no reason to stop, so a failure ends the notes and nothing else.</summary>
internal sealed class QuietWriter : TextWriter
{
    private readonly TextWriter _inner;
    private bool _failed;

    public QuietWriter(TextWriter inner)
    {
        _inner = inner;
        NewLine = inner.NewLine;
    }

    public override Encoding Encoding => _inner.Encoding;

    public override void Write(char value) => Try(() => _inner.Write(value));

    public override void Write(string? value) => Try(() => _inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => _inner.Write(buffer, index, count));

    public override void WriteLine(string? value) => Try(() => _inner.WriteLine(value));

    public override void Flush() => Try(_inner.Flush);

    private void Try(Action write)
    {
        try
        {
            if (!_failed)
            {
                write();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _failed = true;
        }
    }
}

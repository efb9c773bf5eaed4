using Xunit;

namespace CudaNet.Cli.Tests.Commands;

public sealed class ProgressBarTests
{
    [Fact]
    public void Work_goes_on_where_the_terminal_went_away()
    {
        CliContext context = new(TextWriter.Null, new GoneWriter()) { IsErrorTerminal = true };
        int done = 0;
        ProgressBar.Run(context, "work", "pieces", 3, report =>
        {
            for (; done < 3; done++)
            {
                Thread.Sleep(150);
                report(1);
                context.Note("nobody reads this");
            }
        });
        Assert.Equal(3, done);
    }

    private sealed class GoneWriter : StringWriter
    {
        public override void Write(char value) => throw new IOException("Input/output error");

        public override void Write(string? value) => throw new IOException("Input/output error");

        public override void Write(char[] buffer, int index, int count) => throw new IOException("Input/output error");

        public override void WriteLine(string? value) => throw new IOException("Input/output error");
    }
}

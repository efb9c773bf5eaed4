using System.Text;
using CudaNet.Engine;
using Spectre.Console;

namespace CudaNet.Cli;

/// <summary>Progress on stderr where a person watches it, nothing otherwise.</summary>
internal static class ProgressBar
{
    /// <summary>Runs the work, which reports how many more of <paramref name="total"/> are done.</summary>
    public static void Run(CliContext context, string title, int total, Action<Action<int>> work)
    {
        if (!context.IsErrorTerminal)
        {
            work(static _ => { });
            return;
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new Terminal(context.Error) });
        console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                ProgressTask task = progress.AddTask(Markup.Escape(Printable.Text(title)), maxValue: total);
                work(done => task.Increment(done));
            });
    }

    /// <summary>The terminal behind standard error, which may go away while the work goes on.</summary>
    private sealed class Terminal(TextWriter writer) : IAnsiConsoleOutput
    {
        private readonly AnsiConsoleOutput _usual = new(writer);

        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        public int Width => _usual.Width;

        public int Height => _usual.Height;

        public void SetEncoding(Encoding encoding)
        {
        }
    }
}

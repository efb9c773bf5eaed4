using System.Text;
using CudaNet.Engine;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CudaNet.Cli;

/// <summary>Progress on stderr where a person watches it, nothing otherwise.</summary>
internal static class ProgressBar
{
    /// <summary>Runs the work, which reports how many more of <paramref name="total"/> are done.</summary>
    /// <param name="context">Where a person may watch.</param>
    /// <param name="title">What is made.</param>
    /// <param name="noun">What is counted, in the plural.</param>
    /// <param name="total">How many there are.</param>
    /// <param name="work">Does it.</param>
    public static void Run(CliContext context, string title, string noun, int total, Action<Action<int>> work)
    {
        if (!context.IsErrorTerminal || context.IsQuiet)
        {
            work(static _ => { });
            return;
        }

        // Whether a person watches is known, whatever standard input and output are; on Windows the console itself says what it understands.
        bool isPlain = Environment.GetEnvironmentVariable("TERM") == "dumb";
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new Terminal(context.Error),
            Interactive = isPlain ? InteractionSupport.No : InteractionSupport.Yes,
            Ansi = isPlain ? AnsiSupport.No : OperatingSystem.IsWindows() ? AnsiSupport.Detect : AnsiSupport.Yes,
        });
        console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new CountColumn(noun), new RemainingTimeColumn())
            .Start(progress =>
            {
                ProgressTask task = progress.AddTask(Markup.Escape(Printable.Text(title)), maxValue: total);
                work(done => task.Increment(done));
            });
    }

    /// <summary>How many are done, of how many, and how many a second: <c>64/1,000 images 31.5 images/s</c>.</summary>
    private sealed class CountColumn(string noun) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Text(task.Value, task.MaxValue, task.ElapsedTime, noun));

        private static string Text(double done, double total, TimeSpan? elapsed, string noun)
        {
            string rate = done > 0 && elapsed is { TotalSeconds: > 0 } time ? $"  {Format.Rate(done / time.TotalSeconds)} {noun}/s" : "";
            return $"{Format.Count((long)done)}/{Format.Count((long)total)} {noun}{rate}";
        }
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

using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What a command may talk to. Results go to <see cref="Out"/>, everything else to <see cref="Error"/>.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record CliContext(TextWriter Out, TextWriter Error)
{
    /// <summary>True where a person watches <see cref="Error"/>: progress is shown there.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Computes instead of what <c>--backend</c> names, where a program that runs the tool brings its own; null otherwise.</summary>
    public IBackend? Backend { get; init; }

    /// <summary>Set by Ctrl+C.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>One line of results; names from files cannot break it or steer the terminal.</summary>
    public void Line(string text) => Out.WriteLine(Printable.Text(text));

    /// <summary>One line for the person, beside the results.</summary>
    public void Note(string text) => ErrorLine($"note: {text}");

    /// <summary>One line of standard error.</summary>
    public void ErrorLine(string text) => Error.WriteLine(Printable.Text(text));
}

using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What a command may talk to. Results go to <see cref="Out"/>, everything else to <see cref="Error"/>.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error; a failure of it is not one of the command.</param>
internal sealed record CliContext(TextWriter Out, TextWriter Error)
{
    /// <summary>Standard error, which drops what cannot be written.</summary>
    public TextWriter Error { get; } = new QuietWriter(Error);

    /// <summary>True where a person watches <see cref="Error"/>: progress is shown there.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>True where a person watches <see cref="Out"/>.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>True where errors are all that standard error is to have.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>Computes instead of what <c>--backend</c> names, where a program that runs the tool brings its own; null otherwise.</summary>
    public IBackend? Backend { get; init; }

    /// <summary>Set by Ctrl+C.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Throws <see cref="OutputException"/> where nobody reads <see cref="Out"/>; for commands whose product goes there, before each piece of work.</summary>
    public Action ThrowIfUnread { get; init; } = static () => { };

    /// <summary>One line of results; names from files cannot break it or steer the terminal.</summary>
    public void Line(string text) => Out.WriteLine(Printable.Text(text));

    /// <summary>One line for the person, beside the results, unless they asked for none.</summary>
    public void Note(string text)
    {
        if (!IsQuiet)
        {
            ErrorLine($"note: {text}");
        }
    }

    /// <summary>One line of standard error.</summary>
    public void ErrorLine(string text) => Error.WriteLine(Printable.Text(text));

    /// <summary>Prints what a command says of a file that it made: the product is there, whether or not this can be read.</summary>
    public void PrintBesideFile(Action print)
    {
        try
        {
            print();
            Out.Flush();
        }
        catch (OutputException exception)
        {
            if (!exception.IsUnread)
            {
                Note($"standard output cannot be written: {exception.Message}");
            }
        }
    }
}

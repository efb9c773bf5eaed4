namespace CudaNet.Engine;

/// <summary>
/// What every part of CudaNet throws for bad input and for a device that cannot do what was asked. The message says what and where in one
/// line, in which a character that would break it, steer a terminal or turn the reading direction is shown as U+FFFD: names come from files. The same facts
/// stand in the properties, where names are as they are. Programming errors (a null argument, a disposed session) keep the framework's exceptions.
/// </summary>
public class CudaNetException : Exception
{
    private readonly string? _hint;
    private string? _file;

    /// <param name="message">What is wrong, with the shapes, names or numbers that show it.</param>
    /// <param name="inner">The cause, where another exception was one.</param>
    public CudaNetException(string message, Exception? inner = null)
        : base(message is null ? null : Printable.Text(message), inner)
    {
    }

    /// <summary>The file at fault, or null.</summary>
    public string? File
    {
        get => _file;
        init => _file = value;
    }

    /// <summary>The byte in <see cref="File"/> at which reading failed, or null.</summary>
    public long? Offset { get; init; }

    /// <summary>The layer at fault, or null.</summary>
    public string? Layer { get; init; }

    /// <summary>What to do about it, one sentence, or null where nothing better than the message is known.</summary>
    public string? Hint
    {
        get => _hint;
        init => _hint = value is null ? null : Printable.Text(value);
    }

    /// <inheritdoc/>
    public override string Message => (File, Offset) switch
    {
        (null, _) => base.Message,
        (_, null) => $"{Printable.Text(File)}: {base.Message}",
        _ => $"{Printable.Text(File)}: at byte {Offset}: {base.Message}",
    };

    /// <summary>As the framework writes an exception (type, message, cause, stack), with <see cref="Hint"/> on a line of its own after the message.</summary>
    public override string ToString()
    {
        string text = base.ToString();
        string start = Message.Length == 0 ? $"{GetType()}" : $"{GetType()}: {Message}";
        return Hint is null ? text : text.Insert(Math.Min(start.Length, text.Length), $"{Environment.NewLine}Hint: {Hint}");
    }

    /// <summary>Adds the file where whoever threw did not know it. The exception keeps its type and its other facts.</summary>
    internal void NameFile(string file) => _file ??= file;
}

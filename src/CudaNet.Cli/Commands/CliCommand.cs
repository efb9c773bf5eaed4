using System.CommandLine;
using System.Text.Json;

namespace CudaNet.Cli;

/// <summary>A command of the tool: its options, its examples, what it does. Every one takes <c>--json</c>.</summary>
internal abstract class CliCommand : Command
{
    protected CliCommand(CliContext context, string name, string description, params IReadOnlyList<string> examples)
        : base(name, description)
    {
        Context = context;
        Examples = examples;
        SetAction(Execute);
    }

    /// <summary>Command lines that the help shows.</summary>
    public IReadOnlyList<string> Examples { get; }

    protected CliContext Context { get; }

    protected Option<bool> Json { get; } = new("--json") { Description = "Write one JSON object instead of text." };

    protected abstract int Execute(ParseResult arguments);

    /// <summary>Prints what was asked for, and writes the object to a file as well where there is one to be written.</summary>
    protected void Report(ParseResult arguments, string? file, Action<Utf8JsonWriter> json, Action text)
    {
        Action print = arguments.GetValue(Json) ? () => JsonOutput.Write(Context.Out, json) : text;
        if (file is null)
        {
            print();
            return;
        }

        JsonOutput.Save(file, json);
        Context.PrintBesideFile(print);
    }
}

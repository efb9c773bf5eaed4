using System.CommandLine;
using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary><c>--state-dict</c>, <c>--prefix</c>, <c>--strict</c> and <c>--head-activation</c>: which weights of a file are the model.</summary>
internal sealed class ModelOptions
{
    private const string ReLU = "relu", None = "none";

    private readonly Option<string?> _stateDict = new("--state-dict") { HelpName = "PATH", Description = "The entry of the checkpoint that holds the weights, a.b where entries nest; default: the one that holds a ResNet." };
    private readonly Option<string?> _prefix = new("--prefix") { HelpName = "P", Description = "What the names of the network's tensors start with; default: found." };
    private readonly Option<bool> _strict = new("--strict") { Description = "Refuse tensors that are no part of the network, instead of leaving out what is harmless." };
    private readonly Option<string?> _headActivation = ValueOptions.Choice("--head-activation", "What is between the two linear layers of a head that has two; default: as the file says, else relu.", ReLU, None);
    private readonly CliContext _context;

    public ModelOptions(Command command, CliContext context)
    {
        _context = context;
        command.Add(_stateDict);
        command.Add(_prefix);
        command.Add(_strict);
        command.Add(_headActivation);
    }

    /// <summary>How a file is opened.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="graph">As <see cref="ModelFileOptions.Preprocess"/>.</param>
    public ModelFileOptions Read(ParseResult arguments, string? graph) => new()
    {
        Preprocess = graph,
        StateDict = arguments.GetValue(_stateDict),
        Prefix = arguments.GetValue(_prefix),
        Strict = arguments.GetValue(_strict),
        HeadActivation = arguments.GetValue(_headActivation) switch { ReLU => HeadActivation.ReLU, None => HeadActivation.None, _ => null },
    };

    /// <summary>The model of a file; what was assumed is said on stderr.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="path">The file.</param>
    /// <param name="graph">What <c>--preprocess</c> says, so that no command that has it forgets it; null where images do not matter.</param>
    /// <exception cref="CudaNetException">It cannot be opened.</exception>
    public Model Open(ParseResult arguments, string path, string? graph)
    {
        ModelFileOptions options = Read(arguments, graph);
        Model model = PipeInput.IsPipe(path) ? PipeInput.Read(path, pipe => ModelFile.Open(pipe, options, path)) : ModelFile.Open(path, options);
        foreach (string note in model.Metadata.Notes)
        {
            _context.Note(note);
        }

        return model;
    }

    /// <summary>A file's model, or, where there is no such file, a bare architecture.</summary>
    /// <exception cref="CudaNetException">It is neither.</exception>
    public ModelSource OpenSource(ParseResult arguments, string text) => ModelSource.Open(text, path => Open(arguments, path, graph: null));
}

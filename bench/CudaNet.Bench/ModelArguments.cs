using System.CommandLine;
using CudaNet.Cli;
using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Bench;

/// <summary>The options of a command that say which model is measured.</summary>
internal sealed class ModelArguments
{
    private readonly Option<string?> _model = new("--model") { HelpName = "FILE", Description = "A weight file; default: models/resnet18-leaf.safetensors of the repository." };
    private readonly Option<string?> _architecture = ValueOptions.Choice("--architecture", $"In place of a file, a published architecture with weights by formula: {string.Join(", ", ResNet.Names)}.", [.. ResNet.Names]);

    /// <param name="command">Gets the options.</param>
    public ModelArguments(Command command)
    {
        _architecture.HelpName = "NAME";
        command.Add(_model);
        command.Add(_architecture);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_model) is not null && result.GetValue(_architecture) is not null)
            {
                result.AddError("--model and --architecture exclude each other: a file has its own.");
            }
        });
    }

    /// <exception cref="CudaNetException">The file is not there, or cannot be opened.</exception>
    public Model Open(ParseResult parsed) =>
        parsed.GetValue(_architecture) is { } architecture ? BenchFiles.MakeModel(architecture)
        : parsed.GetValue(_model) is { } file ? ModelFile.Open(BenchFiles.Require(file, "Name another --model, or none for the repository's."))
        : BenchFiles.OpenModel();
}

using System.CommandLine;

namespace CudaNet.Cli;

/// <summary><c>--reference</c>, <c>--against</c>, <c>--against-model</c>, <c>--input</c> and <c>--seed</c>: what a model is held against, and on what input.</summary>
internal sealed class ReferenceOptions
{
    private readonly Option<string?> _reference = new("--reference")
    {
        HelpName = "FILE",
        Description = "Expected values under layers' names, and the input (N×C×H×W): safetensors, .npz, or PyTorch's .pt of named tensors.",
    };

    private readonly Option<string?> _against = BackendOptions.Named("--against", "Instead of a file: another backend, which computes every layer too (a GPU in fp32).");
    private readonly Option<string?> _againstModel = new("--against-model") { HelpName = "MODEL", Description = "Instead of a file: another model, on the backend of --against, or the same one." };
    private readonly Option<string?> _input = new("--input") { HelpName = "IMAGE", Description = "What is run: an image, a folder, or a tensor (.npy); default: the reference's own input, or values drawn from a seed." };
    private readonly Option<int?> _seed = ValueOptions.OptionalCount("--seed", int.MaxValue, "Draws the input's values, between -1 and 1, where no file has any; default 1.");

    public ReferenceOptions(Command command)
    {
        command.Add(_reference);
        command.Add(_against);
        command.Add(_againstModel);
        command.Add(_input);
        command.Add(_seed);
    }

    /// <exception cref="UsageException">Options exclude each other, or nothing is named.</exception>
    public ReferenceChoice Read(ParseResult arguments)
    {
        ReferenceChoice choice = new(arguments.GetValue(_reference), arguments.GetValue(_against), arguments.GetValue(_againstModel), arguments.GetValue(_input), arguments.GetValue(_seed) ?? 1);
        bool hasOther = (choice.Against ?? choice.AgainstModel) is not null;
        return choice.File is null && !hasOther ? throw new UsageException($"there is nothing to compare with: name {_reference.Name} FILE, {_against.Name} BACKEND or {_againstModel.Name} MODEL")
            : choice.File is not null && hasOther ? throw new UsageException($"{_reference.Name} has the values to compare with: leave out {(choice.Against is null ? _againstModel.Name : _against.Name)}")
            : arguments.GetValue(_seed) is not null && (choice.File ?? choice.Input) is not null ? throw new UsageException($"{_seed.Name} draws an input, but {(choice.File is null ? _input.Name : _reference.Name)} names one")
            : choice;
    }
}

/// <summary>What a model is held against.</summary>
/// <param name="File">A file of expected values, or null.</param>
/// <param name="Against">A backend's name, or null.</param>
/// <param name="AgainstModel">A model's path, or null.</param>
/// <param name="Input">A path, or null.</param>
/// <param name="Seed">What draws the input where there is no other.</param>
internal sealed record ReferenceChoice(string? File, string? Against, string? AgainstModel, string? Input, int Seed);

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace CudaNet.Cli;

/// <summary>Arguments and options that several commands take, each defined once.</summary>
internal static class SharedOptions
{
    private const int MaxBatch = 65_536;

    public static Argument<string> Model(bool takesArchitecture = false) => new("MODEL")
    {
        Description = "A converted file or a checkpoint: .safetensors, .pth, .pt, .ckpt, .bin, a sharded index, a folder that holds one."
            + (takesArchitecture ? " Or the name of an architecture, where no file has that name: resnet50." : ""),
    };

    public static Argument<string[]> Images() => new("IMAGE")
    {
        Description = "Images, folders of images (taken in ordinal order), tensors (.npy, N×3×H×W fp32, used as they are).",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Option<string[]> Layers(string description) => new("--layer", "-l")
    {
        HelpName = "NAME",
        Description = description,
        DefaultValueFactory = _ => [],
    };

    public static Option<ImageSize?> Size(string name, string description) => new(name)
    {
        HelpName = "HxW",
        Description = description,
        CustomParser = ImageSize.Parse,
    };

    public static Option<int> Top(int byDefault) => Count("--top", byDefault, 1_000_000, "Classes shown an image.");

    public static Option<int> Batch(int byDefault, string description) => Count("--batch", byDefault, MaxBatch, description);

    public static Option<bool> SkipUnreadable() => new("--skip-unreadable") { Description = "Pass over inputs that cannot be read, each named on stderr, instead of stopping at the first." };

    /// <summary>One of a few words, or null.</summary>
    public static Option<string?> Choice(string name, string description, params string[] choices)
    {
        Option<string?> option = new(name) { HelpName = string.Join('|', choices), Description = description };
        option.CompletionSources.Add(choices);
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(t => !choices.Contains(t.Value)) is { } wrong)
            {
                result.AddError($"'{wrong.Value}' does not fit {name}: one of {string.Join(", ", choices)}.");
            }
        });
        return option;
    }

    /// <summary>A whole number of at least 1.</summary>
    public static Option<int> Count(string name, int byDefault, int largest, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => ParseCount(result, name, largest),
    };

    /// <summary>A whole number of at least 1, or null.</summary>
    public static Option<int?> OptionalCount(string name, int largest, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        CustomParser = result => ParseCount(result, name, largest),
    };

    private static int ParseCount(ArgumentResult result, string name, int largest)
    {
        string text = result.Tokens[0].Value;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value < 1 || value > largest)
        {
            result.AddError($"'{text}' does not fit {name}: a number from 1 to {largest}.");
        }

        return value;
    }
}

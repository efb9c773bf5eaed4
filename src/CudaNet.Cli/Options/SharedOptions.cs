using System.CommandLine;

namespace CudaNet.Cli;

/// <summary>Arguments and options that several commands take, each defined once.</summary>
internal static class SharedOptions
{
    /// <summary>What the option is called that every command takes from the tool.</summary>
    public const string QuietName = "--quiet";

    private const int MaxBatch = 65_536, MaxTop = 1_000_000;

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

    public static Option<string?> Labels(string description) => new("--labels") { HelpName = "FILE", Description = $"{description} A text file with a label a line, in order of the logits; or JSON, a list or an id2label." };

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

    public static Option<bool> Quiet() => new(QuietName, "-q") { Description = "Say nothing on stderr but errors: no notes, no progress.", Recursive = true };

    public static Option<int> Top(int byDefault) => ValueOptions.Count("--top", byDefault, MaxTop, "Classes shown an image.");

    public static Option<int?> OptionalTop(string description) => ValueOptions.OptionalCount("--top", MaxTop, description);

    public static Option<int> Batch(int byDefault, string description) => ValueOptions.Count("--batch", byDefault, MaxBatch, description);

    public static Option<int?> OptionalBatch(string description) => ValueOptions.OptionalCount("--batch", MaxBatch, description);

    public static Option<bool> SkipUnreadable() => new("--skip-unreadable") { Description = "Pass over inputs that cannot be read, each named on stderr, instead of stopping at the first." };
}

using System.CommandLine;
using CudaNet.Data;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary><c>--preset</c>, <c>--preprocess</c>, <c>--size</c>, <c>--mean</c>, <c>--std</c>, <c>--channels</c> and <c>--apply-exif</c>: how images become inputs.</summary>
internal sealed class PreprocessingOptions
{
    private const string Timm = "timm";
    private const string Torchvision = "torchvision";
    private const string Albumentations = "albumentations";

    private readonly Option<string?> _preset = CreatePreset("How images become inputs; default: as the model's metadata says, else torchvision.");
    private readonly Option<string?> _graph = CreateGraph();
    private readonly Option<ImageSize?> _size = SharedOptions.Size("--size", "The input's size, instead of the preset's or the model's.");
    private readonly Option<bool> _applyExif = new("--apply-exif") { Description = "Turn images as their EXIF orientation says; by default pixels come as stored." };

    private readonly StatisticsOptions _statistics;
    private readonly Option<string?> _channels = ValueOptions.Choice("--channels", "Read images as grey (1: their luminance, in all of the model's channels) or as colours (3); default: as many as the model takes.", "1", "3");

    public PreprocessingOptions(Command command)
    {
        command.Add(_preset);
        command.Add(_graph);
        command.Add(_size);
        _statistics = new StatisticsOptions(command);
        command.Add(_channels);
        command.Add(_applyExif);
    }

    /// <summary><c>--preset</c> by itself.</summary>
    public static Option<string?> CreatePreset(string description) => ValueOptions.Choice("--preset", description, Timm, Torchvision, Albumentations);

    /// <summary><c>--preprocess</c> by itself.</summary>
    public static Option<string?> CreateGraph() => new("--preprocess")
    {
        HelpName = "FILE",
        Description = "An ONNX file whose graph makes the model's input of images: order of channels, and arithmetic with constants or a mean image; goes before the model's metadata.",
    };

    /// <summary>What a preset says for a model whose metadata is that of <c>--preprocess</c>, where that was given: the preset then says how images are resized, the graph all else.</summary>
    public static Preprocessing? Resolve(string? preset, ModelMetadata? metadata, bool hasGraph) =>
        preset is null || !hasGraph || metadata?.Preprocessing is not { } graph ? Resolve(preset, metadata)
        : Resolve(preset, null)! is var resized ? graph with { Interpolation = resized.Interpolation, Crop = resized.Crop } : null;

    /// <summary>What a preset says for a model: <c>timm</c> is the model's own metadata where it has any. Null for no preset.</summary>
    public static Preprocessing? Resolve(string? preset, ModelMetadata? metadata) => preset switch
    {
        null => null,
        Timm => metadata?.Preprocessing ?? Preprocessing.Timm,
        Torchvision => Preprocessing.Torchvision,
        Albumentations => Preprocessing.Albumentations,
        _ => throw new CudaNetException($"there is no preset {Printable.Quote(preset)}"),
    };

    /// <summary><c>--preprocess</c>, where it was given.</summary>
    public string? Graph(ParseResult arguments) => arguments.GetValue(_graph);

    /// <summary><c>--size</c>, where it was given.</summary>
    public ImageSize? Size(ParseResult arguments) => arguments.GetValue(_size);

    /// <summary><c>--apply-exif</c>.</summary>
    public bool AppliesExif(ParseResult arguments) => arguments.GetValue(_applyExif);

    /// <summary>The rule for this model, checked against its input channels; says on stderr where it had to be assumed.</summary>
    /// <exception cref="CudaNetException">The model's inputs are no such images.</exception>
    public Preprocessor Create(ParseResult arguments, Model model, CliContext context)
    {
        string? preset = arguments.GetValue(_preset);
        Preprocessing? rule = Resolve(preset, model.Metadata, Graph(arguments) is not null) ?? model.Metadata.Preprocessing;
        if (rule is null && model.Metadata.WhyNoPreprocessing is { } why)
        {
            throw new CudaNetException(why) { Hint = "Choose another rule with --preset, and --size, --mean and --std where it needs them; or give tensors (.npy)." };
        }

        if (rule is null)
        {
            rule = Preprocessing.Torchvision;
            context.Note("the model does not say how images become inputs: the torchvision preset is used (--preset chooses another)");
        }

        if (arguments.GetValue(_size) is { } size)
        {
            rule = rule with { Height = size.Height, Width = size.Width };
        }

        int channels = model.Graph.InputChannels;
        string? asked = arguments.GetValue(_channels);
        if (asked == "3" && channels == 1)
        {
            throw new CudaNetException("the model's images have 1 channel: --channels 3 would have colours nobody looks at");
        }

        rule = _statistics.Apply(arguments, rule, channels, preset is null && model.Metadata.Preprocessing is not null ? "its metadata" : $"the preset {preset ?? Torchvision}");
        return new Preprocessor(rule, new ImageDecoderOptions { ApplyExifOrientation = arguments.GetValue(_applyExif), ReadAsGrey = asked == "1" });
    }
}

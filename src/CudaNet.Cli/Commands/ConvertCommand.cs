using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary><c>cudanet convert</c>: any checkpoint to one plain file that says what it is.</summary>
internal sealed class ConvertCommand : CliCommand
{
    private readonly Argument<string> _source = new("CHECKPOINT") { Description = "A checkpoint: .pth, .pt, .ckpt, .bin, .safetensors, a sharded index, a folder that holds one." };
    private readonly Option<string> _output = new("--output", "-o") { HelpName = "FILE", Description = "The safetensors file to make.", Required = true };
    private readonly Option<string?> _labels = SharedOptions.Labels("The classes' labels, for the file's metadata.");
    private readonly Option<string?> _preset = PreprocessingOptions.CreatePreset("How images become inputs, for the file's metadata; default: as the source says.");
    private readonly Option<ImageSize?> _size = SharedOptions.Size("--size", "The input's size, instead of the preset's or the source's.");
    private readonly StatisticsOptions _statistics;
    private readonly ModelOptions _modelOptions;
    private readonly Option<bool> _ignoreMetadata = new("--ignore-metadata") { Description = "Leave out the labels, preprocessing and notes of the source, for example malformed ones." };

    public ConvertCommand(CliContext context)
        : base(
            context,
            "convert",
            "Writes a checkpoint as safetensors with labels and preprocessing, reads it back and compares.",
            "cudanet convert resnet18.pth -o resnet18.safetensors --labels labels.txt --preset torchvision",
            "cudanet convert lightning.ckpt -o model.safetensors --preset albumentations --size 128x128")
    {
        Add(_source);
        Add(_output);
        Add(_labels);
        Add(_preset);
        Add(_size);
        _statistics = new StatisticsOptions(this);
        _modelOptions = new ModelOptions(this, context);
        Add(_ignoreMetadata);
        Add(Json);
    }

    protected override int Execute(ParseResult arguments)
    {
        (string source, string output) = (arguments.GetRequiredValue(_source), arguments.GetRequiredValue(_output));
        string? labelFile = arguments.GetValue(_labels);
        OutputPath.RefuseInputs(output, [.. FolderReader.FilesOf(source), .. labelFile is null ? (string[])[] : [labelFile]]);
        ModelFileOptions chosen = _modelOptions.Read(arguments);
        ConversionOptions options = new()
        {
            StateDict = chosen.StateDict,
            Prefix = chosen.Prefix,
            Strict = chosen.Strict,
            HeadActivation = chosen.HeadActivation,
            IgnoreMetadata = arguments.GetValue(_ignoreMetadata),
        };
        options = Resolve(arguments, source, labelFile, options);
        ConversionSummary summary = ModelConverter.Convert(source, output, options, Context.Cancellation);
        Context.PrintBesideFile(() =>
        {
            if (arguments.GetValue(Json))
            {
                JsonOutput.Write(Context.Out, json => WriteJson(json, summary));
            }
            else
            {
                WriteText(summary);
            }
        });
        foreach (string note in summary.Metadata.Notes)
        {
            Context.Note(note);
        }

        if (summary.Metadata.Preprocessing is null)
        {
            Context.Note($"{summary.Metadata.WhyNoPreprocessing ?? "the file does not say how images become inputs"}: --preset would write it down");
        }

        return ExitCode.Success;
    }

    private static string Types(ConversionSummary summary) => string.Join(", ", summary.Types.Select(t => $"{t.Value} {t.Key}"));

    private static string Describe(Preprocessing rule) =>
        string.Create(CultureInfo.InvariantCulture, $"{rule.Height}x{rule.Width}, {rule.Interpolation.Name()}, crop {(rule.Crop is { } crop ? $"{crop}" : "none")}, ")
        + string.Create(CultureInfo.InvariantCulture, $"mean {string.Join(' ', rule.Mean)}, std {string.Join(' ', rule.Std)}");

    /// <summary>Adds the labels and the preprocessing that the options say, held against the source; what they do not say is the source's own.</summary>
    private ConversionOptions Resolve(ParseResult arguments, string source, string? labelFile, ConversionOptions options)
    {
        string? preset = arguments.GetValue(_preset);
        ImageSize? size = arguments.GetValue(_size);
        bool changesRule = preset is not null || size is not null || _statistics.AreGiven(arguments);
        if (!changesRule && labelFile is null)
        {
            return options;
        }

        using Model model = ModelFile.Open(source, options.Source);
        options = labelFile is null ? options : options with { Labels = LabelFile.Read(labelFile, model.Graph) };
        if (!changesRule)
        {
            return options;
        }

        Preprocessing rule = PreprocessingOptions.Resolve(preset, model.Metadata) ?? model.Metadata.Preprocessing
            ?? throw new UsageException($"--size, --mean and --std need --preset: {model.Metadata.WhyNoPreprocessing ?? "the source does not say how images become inputs"}");
        rule = _statistics.Apply(arguments, rule, model.Graph.InputChannels, preset is null ? "its metadata" : $"the preset {preset}", source);
        return options with { Preprocessing = size is { } asked ? rule with { Height = asked.Height, Width = asked.Width } : rule };
    }

    private static void WriteJson(Utf8JsonWriter json, ConversionSummary summary)
    {
        json.WriteString("source", summary.Source);
        json.WriteString("sourceFormat", summary.SourceFormat.ToString());
        json.WriteString("output", summary.Destination);
        json.WriteNumber("bytes", summary.Bytes);
        json.WriteString("architecture", summary.Metadata.Architecture);
        json.WriteOptional("classes", summary.Metadata.ResNet?.Classes);
        json.WriteStrings("labels", summary.Metadata.Labels);
        json.WritePreprocessing(summary.Metadata.Preprocessing);
        json.WriteOrigins(summary.Metadata.Origins);
        json.WriteNumber("tensors", summary.TensorCount);
        json.WriteNumber("parameters", summary.ElementCount);
        json.WriteStartObject("types");
        foreach ((WeightType type, int count) in summary.Types)
        {
            json.WriteNumber(type.ToString(), count);
        }

        json.WriteEndObject();
        json.WriteStrings("wrappers", summary.Wrappers);
        json.WriteStrings("prefixes", summary.Prefixes);
        json.WriteObjects("leftOut", summary.LeftOut, entry =>
        {
            json.WriteString("name", entry.Name);
            json.WriteString("reason", entry.Reason);
        });
        json.WriteStrings("notes", summary.Notes);
    }

    private void WriteText(ConversionSummary summary)
    {
        ModelMetadata metadata = summary.Metadata;
        ResNetConfig network = metadata.ResNet!; // others are refused
        TextTable table = new("what", "value");
        table.Add("read", $"{summary.Source} ({summary.SourceFormat})");
        table.Add("under", summary.Wrappers.Count == 0 ? "the whole file" : string.Join(" → ", summary.Wrappers));
        table.Add("prefixes removed", summary.Prefixes.Count == 0 ? "none" : string.Join(", ", summary.Prefixes));
        table.Add("tensors", $"{summary.TensorCount} ({Types(summary)}), {Format.Count(summary.ElementCount)} parameters");
        table.Add("architecture", $"{metadata.Architecture}, {(network.Classes == 0 ? "no head" : $"{network.Classes} classes")}, {network.InputChannels} input channels");
        table.Add("labels", metadata.Labels.Count == 0 ? "none" : $"{metadata.Labels.Count}, from '{metadata.Labels[0]}' to '{metadata.Labels[^1]}'");
        table.Add("preprocessing", metadata.Preprocessing is { } rule ? Describe(rule) : "none");
        table.Add("from", ModelJson.Describe(metadata.Origins));
        foreach (IGrouping<string, LeftOutEntry> group in summary.LeftOut.GroupBy(l => l.Reason))
        {
            table.Add("left out", $"{group.Key}: {string.Join(", ", group.Take(5).Select(l => l.Name))}{(group.Count() > 5 ? $" and {group.Count() - 5} more" : "")}");
        }

        foreach (string note in summary.Notes.Except(metadata.Notes))
        {
            table.Add("note", note);
        }

        table.Add("written", $"{summary.Destination}, {Format.Bytes(summary.Bytes)}; read back, every value equal");
        table.Write(Context.Out);
    }
}

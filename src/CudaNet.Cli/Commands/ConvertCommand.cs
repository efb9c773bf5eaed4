using System.CommandLine;
using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary><c>cudanet convert</c>: any checkpoint to one plain file that says what it is.</summary>
internal sealed class ConvertCommand : CliCommand
{
    private readonly Argument<string> _source = new("CHECKPOINT") { Description = "A checkpoint: .pth, .pt, .ckpt, .bin, .safetensors, a sharded index, a folder that holds one." };
    private readonly Option<string> _output = new("--output", "-o") { HelpName = "FILE", Description = "The file to make: ONNX where its name ends in .onnx, else safetensors.", Required = true };
    private readonly Option<string?> _labels = SharedOptions.Labels("The classes' labels, for the file's metadata.");
    private readonly Option<string?> _preset = PreprocessingOptions.CreatePreset("How images become inputs, for the file's metadata; default: as the source says.");
    private readonly Option<string?> _graph = PreprocessingOptions.CreateGraph();
    private readonly Option<ImageSize?> _size = SharedOptions.Size("--size", "The input's size, instead of the preset's or the source's.");
    private readonly StatisticsOptions _statistics;
    private readonly ModelOptions _modelOptions;
    private readonly OnnxOptions _onnx;
    private readonly Option<bool> _ignoreMetadata = new("--ignore-metadata") { Description = "Leave out the labels, preprocessing and notes of the source, for example malformed ones." };

    public ConvertCommand(CliContext context)
        : base(
            context,
            "convert",
            "Writes a checkpoint as safetensors or ONNX with labels and preprocessing, reads it back and compares.",
            "cudanet convert resnet18.pth -o resnet18.safetensors --labels labels.txt --preset torchvision",
            "cudanet convert lightning.ckpt -o model.safetensors --preset albumentations --size 128x128",
            "cudanet convert resnet18.pth -o resnet18.onnx --preset torchvision --fold --layer global_pool")
    {
        Add(_source);
        Add(_output);
        Add(_labels);
        Add(_preset);
        Add(_graph);
        Add(_size);
        _statistics = new StatisticsOptions(this);
        _modelOptions = new ModelOptions(this, context);
        Add(_ignoreMetadata);
        _onnx = new OnnxOptions(this);
        Add(Json);
    }

    protected override int Execute(ParseResult arguments)
    {
        (string source, string output) = (arguments.GetRequiredValue(_source), arguments.GetRequiredValue(_output));
        string? labelFile = arguments.GetValue(_labels);
        string? graph = arguments.GetValue(_graph);
        OnnxExportOptions? onnx = _onnx.Read(arguments, output);
        OutputPath.RefuseInputs(output, [.. FolderReader.FilesOf(source), .. ((string?[])[labelFile, graph]).OfType<string>()]);
        ModelFileOptions chosen = _modelOptions.Read(arguments, graph);
        ConversionOptions options = new()
        {
            StateDict = chosen.StateDict,
            Prefix = chosen.Prefix,
            Strict = chosen.Strict,
            HeadActivation = chosen.HeadActivation,
            IgnoreMetadata = arguments.GetValue(_ignoreMetadata),
            Preprocess = chosen.Preprocess,
            Onnx = onnx,
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

    /// <summary>Adds the labels, the preprocessing and the layers that the options say, held against the source; what they do not say is the source's own.</summary>
    private ConversionOptions Resolve(ParseResult arguments, string source, string? labelFile, ConversionOptions options)
    {
        string? preset = arguments.GetValue(_preset);
        ImageSize? size = arguments.GetValue(_size);
        bool changesRule = preset is not null || size is not null || _statistics.AreGiven(arguments);
        bool namesLayers = options.Onnx is { Layers.Count: > 0 };
        if (!changesRule && labelFile is null && !namesLayers)
        {
            return options;
        }

        using Model model = ModelFile.Open(source, options.Source);
        options = labelFile is null ? options : options with { Labels = LabelFile.Read(labelFile, model.Graph) };
        options = namesLayers ? options with { Onnx = options.Onnx! with { Layers = [.. LayerNames.Resolve(model.Graph, options.Onnx.Layers).Select(l => l.Name)] } } : options;
        if (!changesRule)
        {
            return options;
        }

        Preprocessing rule = PreprocessingOptions.Resolve(preset, model.Metadata, options.Preprocess is not null) ?? model.Metadata.Preprocessing
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
        if (summary.Onnx is not { } onnx)
        {
            json.WriteNull("onnx");
            return;
        }

        json.WriteStartObject("onnx");
        json.WriteNumber("opset", OnnxExport.Opset);
        json.WriteString("input", onnx.Input);
        json.WriteStrings("outputs", onnx.Outputs);
        json.WriteNumber("foldedBatchNorms", onnx.FoldedBatchNorms);
        json.WriteEndObject();
    }

    private void WriteText(ConversionSummary summary)
    {
        ModelMetadata metadata = summary.Metadata;
        TextTable table = new("what", "value");
        table.Add("read", $"{summary.Source} ({summary.SourceFormat})");
        table.Add("under", summary.Wrappers.Count == 0 ? "the whole file" : string.Join(" → ", summary.Wrappers));
        table.Add("prefixes removed", summary.Prefixes.Count == 0 ? "none" : string.Join(", ", summary.Prefixes));
        table.Add("tensors", $"{summary.Types.Values.Sum()} ({Types(summary)}), {Format.Count(summary.ElementCount)} parameters{(summary.Onnx is { FoldedBatchNorms: > 0 and var folded } ? $" in {summary.TensorCount} after folding {folded} batch norms" : "")}");
        table.Add("architecture", metadata.ResNet is { } network ? $"{metadata.Architecture}, {(network.Classes == 0 ? "no head" : $"{network.Classes} classes")}, {network.InputChannels} input channels" : metadata.Architecture);
        table.Add("labels", metadata.Labels.Count == 0 ? "none" : $"{metadata.Labels.Count}, from '{metadata.Labels[0]}' to '{metadata.Labels[^1]}'");
        table.Add("preprocessing", metadata.Preprocessing is { } rule ? ModelJson.Describe(rule) : "none");
        table.Add("from", ModelJson.Describe(metadata.Origins));
        foreach (IGrouping<string, LeftOutEntry> group in summary.LeftOut.GroupBy(l => l.Reason))
        {
            table.Add("left out", $"{group.Key}: {string.Join(", ", group.Take(5).Select(l => l.Name))}{(group.Count() > 5 ? $" and {group.Count() - 5} more" : "")}");
        }

        if (summary.Onnx is { } onnx)
        {
            string more = onnx.Outputs.Count > 5 ? $" and {onnx.Outputs.Count - 5} more" : "";
            table.Add("onnx", $"opset {OnnxExport.Opset}, input {onnx.Input}, {(onnx.Outputs.Count == 1 ? "output" : "outputs")} {string.Join(", ", onnx.Outputs.Take(5))}{more}");
        }

        foreach (string note in summary.Notes.Except(metadata.Notes))
        {
            table.Add("note", note);
        }

        table.Add("written", $"{summary.Destination}, {Format.Bytes(summary.Bytes)}; read back, every value equal");
        table.Write(Context.Out);
    }
}

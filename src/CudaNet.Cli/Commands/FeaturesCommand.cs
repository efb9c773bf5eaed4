using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using CudaNet.Data;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary><c>cudanet features</c>: predictions and the output of any layer, to a file NumPy reads.</summary>
internal sealed class FeaturesCommand : CliCommand
{
    private const string Predictions = "predictions";

    private readonly Argument<string> _model = SharedOptions.Model();
    private readonly ModelOptions _modelOptions;
    private readonly Argument<string[]> _images = SharedOptions.Images();
    private readonly Option<string[]> _layers = SharedOptions.Layers("A layer to write: a name, an alias, a scope, input (the preprocessed images), or all. Repeatable.");
    private readonly Option<string> _output = new("--output", "-o")
    {
        HelpName = "FILE",
        Description = "The file to make: .npz (predictions, files, metadata, an array a layer), or .npy (the one layer, or the predictions).",
        Required = true,
    };

    private readonly Option<int?> _top = SharedOptions.OptionalTop("Show this many classes of each image; default: none, with --json one.");
    private readonly PreprocessingOptions _preprocessing;
    private readonly Option<string?> _labels = SharedOptions.Labels("The classes' labels, instead of the model's.");
    private readonly Option<int> _batch = SharedOptions.Batch(32, "Images a run; changes no bit of a result.");
    private readonly Option<bool> _skipUnreadable = SharedOptions.SkipUnreadable();
    private readonly BackendOptions _backend;

    public FeaturesCommand(CliContext context)
        : base(
            context,
            "features",
            "Writes predictions (logits) and the output of layers to a file that NumPy reads.",
            "cudanet features models/resnet18-leaf.safetensors samples --layer global_pool --layer layer1.1.act2 --output features.npz",
            "cudanet features checkpoint.pth images --preset albumentations --size 128x128 --layer global_pool --output features.npy",
            "cudanet features model.safetensors inputs.npy --layer all --output layers.npz")
    {
        _output.Validators.Add(result =>
        {
            if (!IsSingle(result.Tokens[0].Value) && !HasExtension(result.Tokens[0].Value, ".npz"))
            {
                result.AddError($"'{result.Tokens[0].Value}' ends in neither .npz nor .npy.");
            }
        });
        Add(_model);
        Add(_images);
        Add(_layers);
        Add(_output);
        Add(_top);
        _preprocessing = new PreprocessingOptions(this);
        Add(_labels);
        Add(_batch);
        Add(_skipUnreadable);
        _backend = new BackendOptions(this, context);
        _modelOptions = new ModelOptions(this, context);
        Add(Json);
    }

    protected override int Execute(ParseResult arguments)
    {
        string output = arguments.GetRequiredValue(_output);
        IBackend backend = _backend.Create(arguments);
        string source = arguments.GetRequiredValue(_model);
        string?[] besides = [arguments.GetValue(_labels), _preprocessing.Graph(arguments)];
        OutputPath.RefuseInputs(output, [.. PipeInput.FilesOf(source), .. arguments.GetRequiredValue(_images), .. besides.OfType<string>()]);
        using Model model = _modelOptions.Open(arguments, source, _preprocessing.Graph(arguments));
        ModelMetadata metadata = LabelFile.Override(model, arguments.GetValue(_labels));
        IReadOnlyList<LayerNode> layers = LayerNames.Resolve(model.Graph, arguments.GetValue(_layers)!);
        if (IsSingle(output) && layers.Count > 1)
        {
            throw new UsageException($"a .npy file holds one layer, not {layers.Count}: write a .npz file");
        }

        InputSource inputs = new(arguments.GetRequiredValue(_images), arguments.GetValue(_batch), model.Graph, () => _preprocessing.Create(arguments, model, Context), arguments.GetValue(_skipUnreadable), Context);
        OutputPath.RefuseInputs(output, inputs.Paths);
        List<FeatureArray> arrays = [.. layers.Select(l => new FeatureArray(ArrayNames.Of(l), CommonShape(model.Graph, l, inputs)))];
        bool hasHead = model.Graph.HasHead();
        if (!hasHead && layers.Count == 0)
        {
            arrays.Add(new FeatureArray(ArrayNames.Of(model.Graph.Output), CommonShape(model.Graph, model.Graph.Output, inputs)));
        }
        else if (hasHead && (!IsSingle(output) || layers.Count == 0))
        {
            arrays.Insert(0, new FeatureArray(Predictions, CommonShape(model.Graph, model.Graph.Output, inputs)));
        }

        Prediction.SayWhatTheModelKnows(model, metadata, inputs, Context);
        FinitenessNotes notes = new(model, Context);
        int top = hasHead ? arguments.GetValue(_top) ?? (arguments.GetValue(Json) ? 1 : 0) : 0;
        string? origin = IsSingle(output) ? null : FeatureMetadata.ToJson(source, _preprocessing.Graph(arguments), model, inputs.Preprocessing, _preprocessing.AppliesExif(arguments), _backend.Describe(arguments), Context.Cancellation);
        long start = Stopwatch.GetTimestamp();
        List<Prediction> predictions = Write(new Session(model, backend), inputs, arrays, output, origin, top, notes);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        notes.Finish();
        Context.Note($"{Format.Plural(inputs.Names.Count, "image")} in {Format.Rate(seconds)} s, {Format.Rate(inputs.Names.Count / seconds)} images/s");
        Context.PrintBesideFile(() =>
        {
            if (arguments.GetValue(Json))
            {
                JsonOutput.Write(Context.Out, json => WriteJson(json, metadata, backend, inputs, arrays, output, predictions, notes));
            }
            else
            {
                WriteText(metadata, inputs, arrays, output, predictions);
            }
        });

        return ExitCode.Success;
    }

    private static bool IsSingle(string output) => HasExtension(output, ".npy");

    private static bool HasExtension(string path, string extension) => Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>The layer's shape for one image, which must be the same for all: they share an array.</summary>
    private static TensorShape CommonShape(LayerGraph graph, LayerNode layer, InputSource inputs)
    {
        TensorShape[] shapes = [.. inputs.Shapes.Select(s => graph.InferShapes(s)[layer.Index]).Distinct()];
        return shapes.Length == 1
            ? shapes[0]
            : throw new CudaNetException($"layer '{layer}' has the shapes {string.Join(" and ", shapes)} for these inputs, but one array holds one shape")
            {
                Layer = layer.Name,
                Hint = "Run inputs of different sizes apart.",
            };
    }

    /// <summary>Runs everything; the file exists once this returns.</summary>
    private List<Prediction> Write(Session session, InputSource inputs, List<FeatureArray> arrays, string output, string? metadata, int top, FinitenessNotes notes)
    {
        using Session disposed = session;
        using FeatureWriter writer = new(output, inputs.Names, arrays, metadata);
        LayerSelection layers = session.Select([.. arrays.Where(a => a.Name != Predictions).Select(a => a.Name)]);
        List<Prediction> predictions = [];
        ProgressBar.Run(Context, Path.GetFileName(output), "images", inputs.Names.Count, report =>
        {
            foreach (InputBatch batch in inputs.Batches(Context.Cancellation))
            {
                Tensor logits = Run(session, batch, layers, writer);
                if (arrays[0].Name == Predictions)
                {
                    writer.Append(Predictions, logits.Values);
                }

                notes.Look(session, inputs.Names, batch, logits);
                if (top > 0)
                {
                    predictions.AddRange(Prediction.Of(session.Graph, inputs.Names, batch.Start, logits, top));
                }

                report(logits.Shape.Batch);
            }
        });
        Context.Cancellation.ThrowIfCancellationRequested();
        writer.Complete();
        return predictions;
    }

    /// <summary>Appends the layers, and returns the logits; the run has ended.</summary>
    private Tensor Run(Session session, InputBatch batch, LayerSelection layers, FeatureWriter writer)
    {
        using InferenceRun run = session.Start(batch.Tensor, layers, Context.Cancellation);
        while (run.Next(out Observation observation))
        {
            writer.Append(ArrayNames.Of(observation.Layer), observation.Values);
        }

        return new Tensor(run.OutputShape, run.Output.ToArray());
    }

    private static void WriteJson(
        Utf8JsonWriter json, ModelMetadata metadata, IBackend backend, InputSource inputs, List<FeatureArray> arrays, string output, List<Prediction> predictions, FinitenessNotes notes)
    {
        json.WriteString("output", output);
        json.WriteNumber("bytes", OutputPath.BytesOf(output));
        json.WriteString("architecture", metadata.Architecture);
        json.WriteString("backend", backend.Name);
        json.WritePreprocessing(inputs.Preprocessing);
        json.WriteObjects("arrays", arrays, array =>
        {
            json.WriteString("name", array.Name);
            json.WriteShape("shape", array.Shape.WithBatch(inputs.Names.Count));
        });
        Prediction.WriteSkipped(json, inputs.Skipped);
        Prediction.WriteJson(json, metadata, predictions);
        json.WriteStrings("notes", notes.All);
    }

    private void WriteText(ModelMetadata metadata, InputSource inputs, List<FeatureArray> arrays, string output, List<Prediction> predictions)
    {
        if (predictions.Count > 0)
        {
            int width = inputs.Names.Max(n => n.Length);
            predictions.ForEach(p => Context.Line(p.ToText(metadata, width)));
            Context.Out.WriteLine();
        }

        TextTable table = new("array", "shape");
        arrays.ForEach(a => table.Add(a.Name, a.Shape.WithBatch(inputs.Names.Count).ToString()));
        table.Write(Context.Out);
        Context.Line($"{output}: {Format.Plural(inputs.Names.Count, "image")}, {Format.Bytes(OutputPath.BytesOf(output))}");
    }
}

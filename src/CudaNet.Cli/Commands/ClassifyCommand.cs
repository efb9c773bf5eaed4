using System.CommandLine;
using System.Globalization;
using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary><c>cudanet classify</c>: the most probable classes of each image.</summary>
internal sealed class ClassifyCommand : CliCommand
{
    private readonly Argument<string> _model = SharedOptions.Model();
    private readonly Argument<string[]> _images = SharedOptions.Images();
    private readonly Option<int> _top = SharedOptions.Count("--top", 3, 1_000_000, "Classes shown an image.");
    private readonly PreprocessingOptions _preprocessing;
    private readonly Option<int> _batch = SharedOptions.Batch(8, "Images a run; changes no bit of a result.");
    private readonly BackendOptions _backend;

    public ClassifyCommand(CliContext context)
        : base(
            context,
            "classify",
            "Shows each image's most probable classes, a line an image.",
            "cudanet classify models/resnet18-leaf.safetensors samples",
            "cudanet classify checkpoint.pth photo.jpg --top 1 --preset timm",
            "cudanet classify model.safetensors folder other.png inputs.npy --json")
    {
        Add(_model);
        Add(_images);
        Add(_top);
        _preprocessing = new PreprocessingOptions(this);
        Add(_batch);
        _backend = new BackendOptions(this);
        Add(Json);
    }

    protected override int Execute(ParseResult arguments)
    {
        IBackend backend = _backend.Create(arguments);
        using Model model = ModelFile.Open(arguments.GetRequiredValue(_model));
        InputSource inputs = new(arguments.GetRequiredValue(_images), arguments.GetValue(_batch), () => _preprocessing.Create(arguments, model, Context), Context);
        SayWhatTheModelKnows(model.Metadata);
        using Session session = new(model, backend);
        IEnumerable<(string File, IReadOnlyList<ClassProbability> Top)> results = Classify(session, inputs, arguments.GetValue(_top));
        if (arguments.GetValue(Json))
        {
            WriteJson(arguments.GetRequiredValue(_model), backend, model.Metadata, inputs, [.. results]);
        }
        else
        {
            WriteText(model.Metadata, inputs, results);
        }

        return ExitCode.Success;
    }

    private static string Label(ModelMetadata metadata, int index) => metadata.Labels.Count > index ? metadata.Labels[index] : $"class {index}";

    /// <summary>A classifier answers with one of its classes whatever it is shown; a person should know among which.</summary>
    private void SayWhatTheModelKnows(ModelMetadata metadata)
    {
        IReadOnlyList<string> labels = metadata.Labels;
        string classes = labels.Count > 2 ? $"{labels.Count} classes, from '{labels[0]}' to '{labels[^1]}'," : $"{metadata.Architecture.Classes} classes";
        Context.Note($"this model tells {classes} apart; for an image of anything else its answer means nothing");
        if (metadata.Other.TryGetValue("accuracy", out string? accuracy))
        {
            Context.Note($"its file says: accuracy {accuracy}");
        }
    }

    private IEnumerable<(string File, IReadOnlyList<ClassProbability> Top)> Classify(Session session, InputSource inputs, int top)
    {
        foreach (InputBatch batch in inputs.Batches(Context.Cancellation))
        {
            Tensor logits = session.Predict(batch.Tensor, Context.Cancellation);
            for (int i = 0; i < logits.Shape.Batch; i++)
            {
                yield return (inputs.Names[batch.Start + i], Classification.Top(logits.Image(i).Values, top));
            }
        }
    }

    private void WriteText(ModelMetadata metadata, InputSource inputs, IEnumerable<(string File, IReadOnlyList<ClassProbability> Top)> results)
    {
        int width = inputs.Names.Max(n => n.Length);
        foreach ((string file, IReadOnlyList<ClassProbability> top) in results)
        {
            IEnumerable<string> classes = top.Select(c => string.Create(CultureInfo.InvariantCulture, $"{100 * c.Probability,6:f2} % {Label(metadata, c.Index)}"));
            Context.Out.WriteLine($"{file.PadRight(width)}  {string.Join("  ", classes)}");
            Context.Out.Flush();
        }
    }

    private void WriteJson(string path, IBackend backend, ModelMetadata metadata, InputSource inputs, IReadOnlyList<(string File, IReadOnlyList<ClassProbability> Top)> results) =>
        JsonOutput.Write(Context.Out, json =>
        {
            json.WriteString("model", path);
            json.WriteString("architecture", metadata.Architecture.Name);
            json.WriteString("backend", backend.Name);
            json.WritePreprocessing(inputs.Preprocessing);
            json.WriteObjects("results", results, result =>
            {
                json.WriteString("file", result.File);
                json.WriteObjects("top", result.Top, entry =>
                {
                    json.WriteNumber("class", entry.Index);
                    json.WriteString("label", Label(metadata, entry.Index));
                    json.WriteFinite("probability", entry.Probability);
                    json.WriteFinite("logit", entry.Logit);
                });
            });
        });
}

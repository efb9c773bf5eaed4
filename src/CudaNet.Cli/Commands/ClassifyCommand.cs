using System.CommandLine;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary><c>cudanet classify</c>: the most probable classes of each image.</summary>
internal sealed class ClassifyCommand : CliCommand
{
    private readonly Argument<string> _model = SharedOptions.Model();
    private readonly ModelOptions _modelOptions;
    private readonly Argument<string[]> _images = SharedOptions.Images();
    private readonly Option<int> _top = SharedOptions.Top(3);
    private readonly PreprocessingOptions _preprocessing;
    private readonly Option<string?> _labels = SharedOptions.Labels("The classes' labels, instead of the model's.");
    private readonly Option<int> _batch = SharedOptions.Batch(8, "Images a run; changes no bit of a result.");
    private readonly Option<bool> _skipUnreadable = SharedOptions.SkipUnreadable();
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
        Add(_labels);
        Add(_batch);
        Add(_skipUnreadable);
        _backend = new BackendOptions(this, context);
        _modelOptions = new ModelOptions(this, context);
        Add(Json);
    }

    protected override int Execute(ParseResult arguments)
    {
        IBackend backend = _backend.Create(arguments);
        using Model model = _modelOptions.Open(arguments, arguments.GetRequiredValue(_model), _preprocessing.Graph(arguments));
        RequireHead(model);
        ModelMetadata metadata = LabelFile.Override(model, arguments.GetValue(_labels));
        InputSource inputs = new(arguments.GetRequiredValue(_images), arguments.GetValue(_batch), model.Graph, () => _preprocessing.Create(arguments, model, Context), arguments.GetValue(_skipUnreadable), Context);
        Prediction.SayWhatTheModelKnows(model, metadata, inputs, Context);
        FinitenessNotes notes = new(model, Context);
        using Session session = new(model, backend);
        int top = arguments.GetValue(_top);
        IEnumerable<Prediction> predictions = inputs.Batches(Context.Cancellation).SelectMany(batch =>
        {
            Context.ThrowIfUnread();
            Tensor logits = session.Predict(batch.Tensor, Context.Cancellation);
            notes.Look(session, inputs.Names, batch, logits);
            return Prediction.Of(session.Graph, inputs.Names, batch.Start, logits, top);
        });
        if (arguments.GetValue(Json))
        {
            JsonOutput.Write(Context.Out, json =>
            {
                json.WriteString("model", arguments.GetRequiredValue(_model));
                json.WriteString("architecture", model.Metadata.Architecture);
                json.WriteString("backend", backend.Name);
                json.WritePreprocessing(inputs.Preprocessing);
                Prediction.WriteSkipped(json, inputs.Skipped);
                Prediction.WriteJson(json, metadata, predictions);
                notes.Finish();
                json.WriteStrings("notes", notes.All);
            });
            return ExitCode.Success;
        }

        int width = inputs.Names.Max(n => n.Length);
        foreach (Prediction prediction in predictions)
        {
            Context.Line(prediction.ToText(metadata, width));
            Context.Out.Flush();
        }

        notes.Finish();
        return ExitCode.Success;
    }

    private static void RequireHead(Model model)
    {
        if (!model.Graph.HasHead())
        {
            string why = model.Metadata.Notes.Count > 0 ? $": {string.Join("; ", model.Metadata.Notes)}" : ": the weights have no fc";
            throw new CudaNetException($"the model has no head that tells classes apart{why}") { Hint = "`cudanet features` writes what it computes, up to global_pool." };
        }
    }
}

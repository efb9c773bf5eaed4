using System.CommandLine;
using System.Globalization;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary><c>cudanet similarity</c>: how alike images are by a layer's output.</summary>
internal sealed class SimilarityCommand : CliCommand
{
    private readonly Argument<string> _model = SharedOptions.Model();
    private readonly ModelOptions _modelOptions;
    private readonly Argument<string[]> _images = SharedOptions.Images();
    private readonly Option<string?> _layer = new("--layer", "-l")
    {
        HelpName = "NAME",
        Description = "The layer whose output is compared: a name, an alias or a scope; default: what the head reads, or the output of a model without one.",
    };

    private readonly PreprocessingOptions _preprocessing;
    private readonly Option<int> _batch = SharedOptions.Batch(8, "Images a run; changes no bit of a result.");
    private readonly Option<bool> _skipUnreadable = SharedOptions.SkipUnreadable();
    private readonly BackendOptions _backend;

    public SimilarityCommand(CliContext context)
        : base(
            context,
            "similarity",
            "Shows how alike images are: the cosine of the angle between their features, a table of all pairs.",
            "cudanet similarity models/resnet18-leaf.safetensors samples",
            "cudanet similarity backbone.onnx photographs --layer layer3 --json")
    {
        Add(_model);
        Add(_images);
        Add(_layer);
        _preprocessing = new PreprocessingOptions(this);
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
        LayerNode layer = arguments.GetValue(_layer) is { } name ? model.Graph.Find(name) : Features(model.Graph);
        InputSource inputs = new(arguments.GetRequiredValue(_images), arguments.GetValue(_batch), model.Graph, () => _preprocessing.Create(arguments, model, Context), arguments.GetValue(_skipUnreadable), Context);
        FinitenessNotes notes = new(model, Context);
        float[][] features = [.. Extract(new Session(model, backend), inputs, layer, notes)];
        notes.Finish();
        double[][] cosines = [.. features.Select(a => features.Select(b => Cosine(a, b)).ToArray())];
        if (arguments.GetValue(Json))
        {
            JsonOutput.Write(Context.Out, json =>
            {
                json.WriteString("model", arguments.GetRequiredValue(_model));
                json.WriteString("layer", layer.Name);
                json.WriteString("backend", backend.Name);
                json.WritePreprocessing(inputs.Preprocessing);
                json.WriteStrings("files", inputs.Names);
                json.WriteStartArray("similarities");
                foreach (double[] row in cosines)
                {
                    json.WriteStartArray();
                    Array.ForEach(row, json.WriteFiniteValue);
                    json.WriteEndArray();
                }

                json.WriteEndArray();
                Prediction.WriteSkipped(json, inputs.Skipped);
                json.WriteStrings("notes", notes.All);
            });
            return ExitCode.Success;
        }

        TextTable table = new([layer.Name, .. Enumerable.Range(1, features.Length).Select(i => $">{i}")]);
        for (int i = 0; i < features.Length; i++)
        {
            table.Add([$"{i + 1} {inputs.Names[i]}", .. cosines[i].Select(c => c.ToString("f2", CultureInfo.InvariantCulture))]);
        }

        table.Write(Context.Out);
        return ExitCode.Success;
    }

    /// <summary>What the last linear layer reads, or the last of two; the output where there is none.</summary>
    private static LayerNode Features(LayerGraph graph)
    {
        LayerNode node = graph.Output;
        while (graph.HasHead() && node.Op is Softmax or Linear or ReLU && node.Inputs[0] != graph.Input)
        {
            node = node.Inputs[0];
        }

        return node;
    }

    private IEnumerable<float[]> Extract(Session session, InputSource inputs, LayerNode layer, FinitenessNotes notes)
    {
        using Session disposed = session;
        long? length = null;
        foreach (InputBatch batch in inputs.Batches(Context.Cancellation))
        {
            LayerOutputs outputs = session.Extract(batch.Tensor, [layer.Name], Context.Cancellation);
            notes.Look(session, inputs.Names, batch, outputs.Output);
            Tensor values = outputs[layer];
            length ??= values.Image(0).Values.Length;
            if (values.Image(0).Values.Length != length)
            {
                throw new CudaNetException($"layer '{layer}' has {length} values for the first input and {values.Image(0).Values.Length} for '{inputs.Names[batch.Start]}'")
                {
                    Layer = layer.Name,
                    Hint = "Compare inputs of one size.",
                };
            }

            for (int i = 0; i < values.Shape.Batch; i++)
            {
                yield return values.Image(i).Values.ToArray();
            }
        }
    }

    /// <summary>a · b / (|a| |b|), in double; NaN where one of them is all zeros.</summary>
    private static double Cosine(float[] a, float[] b)
    {
        double product = 0, first = 0, second = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += (double)a[i] * b[i];
            first += (double)a[i] * a[i];
            second += (double)b[i] * b[i];
        }

        return product / Math.Sqrt(first * second);
    }
}

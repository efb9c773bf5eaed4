using System.Globalization;
using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>The most probable classes of one image.</summary>
/// <param name="File">The image's name.</param>
/// <param name="Top">Best first.</param>
internal sealed record Prediction(string File, IReadOnlyList<ClassProbability> Top)
{
    /// <summary>One prediction an image of a batch.</summary>
    /// <param name="graph">The network; where its output is a softmax's, the probabilities are those.</param>
    /// <param name="names">The names of all images.</param>
    /// <param name="start">The place of the batch's first image among them.</param>
    /// <param name="logits">N×classes.</param>
    /// <param name="top">Classes an image.</param>
    public static IEnumerable<Prediction> Of(LayerGraph graph, IReadOnlyList<string> names, int start, Tensor logits, int top) =>
        Enumerable.Range(0, logits.Shape.Batch).Select(i => new Prediction(names[start + i], graph.Output.Op is Softmax ? Classification.TopOfProbabilities(logits.Image(i).Values, top) : Classification.Top(logits.Image(i).Values, top)));

    /// <summary>A classifier answers with one of its classes whatever it is shown; a person should know among which.</summary>
    public static void SayWhatTheModelKnows(Model model, ModelMetadata metadata, InputSource inputs, CliContext context)
    {
        if (!model.Graph.HasHead())
        {
            context.Note("this model has no head: it gives features, and no predictions");
            return;
        }

        long outputs = model.Graph.InferShapes(inputs.Shapes.First())[model.Graph.Output.Index].ElementCount;
        IReadOnlyList<string> labels = metadata.Labels;
        string classes = labels.Count > 2 ? $"{labels.Count} classes, from '{labels[0]}' to '{labels[^1]}'," : $"{outputs} classes";
        context.Note(outputs == 1
            ? "this model has one output: the percentage is its sigmoid, a probability only where the model was trained as a yes or no; for an image of anything else it means nothing"
            : $"this model tells {classes} apart; for an image of anything else its answer means nothing");
    }

    /// <summary>One line: the name, then a percentage and a label a class.</summary>
    public string ToText(ModelMetadata metadata, int nameWidth) =>
        $"{File.PadRight(nameWidth)}  {string.Join("  ", Top.Select(c => string.Create(CultureInfo.InvariantCulture, $"{100 * c.Probability,6:f2} % {Label(metadata, c.Index)}")))}";

    /// <summary>Array <c>predictions</c>.</summary>
    public static void WriteJson(Utf8JsonWriter json, ModelMetadata metadata, IEnumerable<Prediction> predictions) =>
        json.WriteObjects("predictions", predictions, prediction =>
        {
            json.WriteString("file", prediction.File);
            json.WriteObjects("top", prediction.Top, entry =>
            {
                json.WriteNumber("class", entry.Index);
                json.WriteString("label", Label(metadata, entry.Index));
                json.WriteFinite("probability", entry.Probability);
                json.WriteFinite("logit", entry.Logit);
            });
        });

    /// <summary>Array <c>skipped</c>.</summary>
    public static void WriteSkipped(Utf8JsonWriter json, IReadOnlyList<SkippedInput> skipped) =>
        json.WriteObjects("skipped", skipped, input =>
        {
            json.WriteString("file", input.File);
            json.WriteString("reason", input.Reason);
        });

    private static string Label(ModelMetadata metadata, int index) => metadata.Labels.Count > index ? metadata.Labels[index] : $"class {index}";
}

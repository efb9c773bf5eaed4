using System.CommandLine;
using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary><c>cudanet layers</c>: what a model is made of.</summary>
internal sealed class LayersCommand : CliCommand
{
    private readonly Argument<string> _model = SharedOptions.Model(takesArchitecture: true);
    private readonly ModelOptions _modelOptions;
    private readonly Option<ImageSize?> _input = SharedOptions.Size("--input", "The image size that shapes are shown for; default: the model's own, or 224x224.");

    public LayersCommand(CliContext context)
        : base(
            context,
            "layers",
            "Lists every layer: name, aliases, operator, output shape, parameters.",
            "cudanet layers models/resnet18-leaf.safetensors",
            "cudanet layers resnet50 --input 288x288",
            "cudanet layers checkpoint.pth --json")
    {
        Add(_model);
        Add(_input);
        _modelOptions = new ModelOptions(this, context);
        Add(Json);
    }

    protected override int Execute(ParseResult arguments)
    {
        using ModelSource source = _modelOptions.OpenSource(arguments, arguments.GetRequiredValue(_model));
        TensorShape input = source.InputShape(arguments.GetValue(_input), 1);
        TensorShape[] shapes = source.Graph.InferShapes(input);
        if (arguments.GetValue(Json))
        {
            JsonOutput.Write(Context.Out, json => WriteJson(json, source, shapes));
        }
        else
        {
            WriteText(source, shapes);
        }

        return ExitCode.Success;
    }

    private static long ParameterCount(LayerNode node) => node.Parameters.Sum(p => p.Shape.ElementCount);

    private static void WriteJson(Utf8JsonWriter json, ModelSource source, TensorShape[] shapes)
    {
        LayerGraph graph = source.Graph;
        json.WriteShape("input", shapes[0]);
        json.WriteObjects("layers", graph.Layers, node =>
        {
            json.WriteString("name", node.Name);
            json.WriteStrings("aliases", node.Aliases);
            json.WriteString("operator", node.Op.Kind);
            json.WriteString("attributes", node.Op.Describe());
            json.WriteStrings("inputs", node.Inputs.Select(i => i.Name));
            json.WriteShape("shape", shapes[node.Index]);
            json.WriteNumber("parameters", ParameterCount(node));
        });
        json.WriteNumber("parameters", graph.Layers.Sum(ParameterCount));
        json.WritePreprocessing(source.Model?.Metadata.Preprocessing);
        json.WriteOrigins(source.Model?.Metadata.Origins ?? new MetadataOrigins());
        json.WriteStrings("notes", source.Model?.Metadata.Notes ?? []);
    }

    private void WriteText(ModelSource source, TensorShape[] shapes)
    {
        LayerGraph graph = source.Graph;
        TextTable table = new("name", "aliases", "operator", "attributes", "output", ">parameters");
        foreach (LayerNode node in graph.Nodes)
        {
            string parameters = node.Parameters.Count == 0 ? "" : Format.Count(ParameterCount(node));
            table.Add(node.Name, string.Join(", ", node.Aliases), node.Op.Kind, node.Op.Describe(), shapes[node.Index].ToString(), parameters);
        }

        table.Write(Context.Out);
        Context.Out.WriteLine($"total: {Format.Plural(graph.Layers.Count(), "layer")}, {Format.Count(graph.Layers.Sum(ParameterCount))} parameters (batch norm statistics included), input {shapes[0]}, output {shapes[^1]}");
        if (source.Model is { } model)
        {
            Context.Line($"preprocessing: {(model.Metadata.Preprocessing is { } rule ? ModelJson.Describe(rule) : "none")}");
            Context.Line($"from: {ModelJson.Describe(model.Metadata.Origins)}");
        }
    }
}

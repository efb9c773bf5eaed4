using CudaNet.Engine;
using CudaNet.Kernels.Reference;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>Small graphs with weights by formula, run with every layer observed.</summary>
public static class Networks
{
    public static Model Create(LayerGraph graph) => Create(graph, graph.Parameters.Select(p => KeyValuePair.Create(p.Name, Parameter(p))));

    public static Model Create(LayerGraph graph, IEnumerable<KeyValuePair<string, Tensor>> parameters) => new(
        graph,
        new ParameterSet(graph, parameters),
        new ModelMetadata { Architecture = "test" });

    /// <summary>Every layer's values, by name.</summary>
    public static Dictionary<string, Tensor> Run(LayerGraph graph, Tensor input, IBackend backend)
    {
        using Model model = Create(graph);
        return Run(model, input, backend);
    }

    /// <summary>Every layer's values of a model, by name.</summary>
    public static Dictionary<string, Tensor> Run(Model model, Tensor input, IBackend backend)
    {
        using Session session = new(model, backend);
        Dictionary<string, Tensor> values = [];
        foreach (LayerNode layer in model.Graph.Layers)
        {
            session.Observe(layer.Name, (in Observation o) => values[o.Name] = new Tensor(o.Shape, o.Values.ToArray()));
        }

        values["output"] = session.Predict(input);
        return values;
    }

    public static void AssertLikeReference(LayerGraph graph, Tensor input, IBackend backend, string network = "")
    {
        using Model model = Create(graph);
        AssertLikeReference(model, input, backend, network);
    }

    /// <summary>The same with a model's own weights.</summary>
    public static void AssertLikeReference(Model model, Tensor input, IBackend backend, string network = "")
    {
        Dictionary<string, Tensor> expected = Run(model, input, new ReferenceBackend());
        Dictionary<string, Tensor> actual = Run(model, input, backend);
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach ((string layer, Tensor values) in expected)
        {
            TensorComparison comparison = TensorComparison.Compare(actual[layer], values, backend.Tolerance);
            Assert.True(comparison.Passed, $"{network} {layer}: {comparison}");
        }
    }

    /// <summary>By the formula of the name; variances are positive.</summary>
    internal static Tensor Parameter(ParameterSpec spec)
    {
        Tensor values = Formula.Uniform(spec.Name, spec.Shape);
        return spec.Name.EndsWith("running_var", StringComparison.Ordinal)
            ? new Tensor(spec.Shape, values.Values.ToArray().Select(v => v + 1.5f).ToArray())
            : values;
    }
}

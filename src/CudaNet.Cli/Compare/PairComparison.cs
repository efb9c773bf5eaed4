using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Two backends or two models on one input, layer by layer: both runs go on side by side, so that no more than a few layers are in memory.</summary>
internal static class PairComparison
{
    /// <summary>The layers of one model that the other has not, by name.</summary>
    public static IReadOnlyList<string> Without(LayerGraph model, LayerGraph other) => [.. model.Layers.Select(l => l.Name).Except(other.Layers.Select(l => l.Name))];

    /// <summary>One result a layer that both have, in execution order.</summary>
    /// <param name="session">What is judged.</param>
    /// <param name="judge">Whose values are expected.</param>
    /// <param name="input">N×C×H×W.</param>
    /// <param name="tolerance">The bound.</param>
    /// <param name="cancellation">Ends the runs.</param>
    public static IReadOnlyList<LayerComparison> Run(Session session, Session judge, Tensor input, Tolerance tolerance, CancellationToken cancellation)
    {
        string[] both = [.. session.Graph.Layers.Select(l => l.Name).Intersect(judge.Graph.Layers.Select(l => l.Name))];
        List<LayerComparison> results = [];
        Dictionary<string, Tensor> early = new(StringComparer.Ordinal);
        using InferenceRun judging = judge.Start(input, both, cancellation);
        using InferenceRun run = session.Start(input, both, cancellation);
        while (run.Next(out Observation o))
        {
            if (!early.Remove(o.Name, out Tensor? expected))
            {
                expected = Advance(judging, o.Name, early);
            }

            results.Add(new LayerComparison(o.Layer, LayerComparison.Compare(o, expected, tolerance), o.Name, o.Layer));
        }

        return [.. results.OrderBy(r => r.Layer.Index)];
    }

    /// <summary>Runs on to a layer; what comes before it is kept.</summary>
    private static Tensor Advance(InferenceRun run, string layer, Dictionary<string, Tensor> early)
    {
        while (run.Next(out Observation o))
        {
            Tensor values = new(o.Shape, o.Values.ToArray());
            if (o.Name == layer)
            {
                return values;
            }

            early[o.Name] = values;
        }

        throw new InvalidOperationException($"the run ended without {layer}");
    }
}

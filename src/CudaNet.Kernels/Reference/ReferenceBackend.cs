using CudaNet.Engine;

namespace CudaNet.Kernels.Reference;

/// <summary>
/// The judge: naive loops, every sum in double, every layer's output rounded once to fp32, one thread. Slow, and right. Values are stored N×C×H×W.
/// </summary>
public sealed class ReferenceBackend : IBackend
{
    /// <inheritdoc/>
    public string Name => "reference";

    /// <inheritdoc/>
    public Tolerance Tolerance => Tolerance.For("reference");

    /// <inheritdoc/>
    public StorageLayout Layout => StorageLayout.Dense;

    /// <inheritdoc/>
    public PreparedModel Prepare(LayerGraph graph, ParameterSet parameters)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(parameters);
        return new ReferenceModel(this, graph, parameters);
    }

    /// <inheritdoc/>
    public PlanCost Measure(ExecutionPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        LayerParameters none = new(null, null, null, null);
        foreach (LayerNode node in plan.Graph.Layers)
        {
            _ = ReferenceLayers.Of(node, none);
        }

        long buffers = ReferenceExecutable.BytesOf(plan) + plan.ObservedInputBytes;
        return new PlanCost(sizeof(float) * plan.Graph.Parameters.Sum(p => p.Shape.ElementCount), buffers, ReferenceExecutable.ChoicesOf(plan));
    }
}

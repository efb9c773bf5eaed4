using CudaNet.Engine;

namespace CudaNet.Kernels.Reference;

/// <summary>The weights as they came, copied to arrays.</summary>
internal sealed class ReferenceModel : IPreparedModel
{
    private readonly Dictionary<string, float[]> _parameters;

    public ReferenceModel(LayerGraph graph, ParameterSet parameters)
    {
        _parameters = graph.Parameters.ToDictionary(p => p.Name, p => parameters[p.Name].Values.ToArray(), StringComparer.Ordinal);
        Bytes = _parameters.Values.Sum(p => (long)p.Length * sizeof(float));
    }

    public long Bytes { get; }

    public IExecutable Load(ExecutionPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new ReferenceExecutable(plan, this);
    }

    /// <summary>A parameter of a layer, or null where the layer has none of that name.</summary>
    public float[]? Find(LayerNode node, string name) => _parameters.GetValueOrDefault($"{node.Name}.{name}");

    public float[] Get(LayerNode node, string name) => _parameters[$"{node.Name}.{name}"];

    public void Dispose()
    {
    }
}

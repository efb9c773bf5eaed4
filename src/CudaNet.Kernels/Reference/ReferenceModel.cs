using CudaNet.Engine;

namespace CudaNet.Kernels.Reference;

/// <summary>The weights as they came, copied to arrays, by layer.</summary>
internal sealed class ReferenceModel : PreparedModel
{
    private readonly LayerParameters[] _parameters;

    public ReferenceModel(IBackend backend, LayerGraph graph, ParameterSet parameters)
        : base(backend, graph)
    {
        float[]? Copy(LayerNode node, string name) => parameters.TryGet($"{node}.{name}", out Tensor? tensor) ? tensor.Values.ToArray() : null;
        _parameters = [.. graph.Nodes.Select(n => new LayerParameters(Copy(n, "weight"), Copy(n, "bias"), Copy(n, "running_mean"), Copy(n, "running_var")))];
        Bytes = parameters.ElementCount * sizeof(float);
    }

    public override long Bytes { get; }

    public LayerParameters ParametersOf(LayerNode node) => _parameters[node.Index];

    protected override Executable LoadCore(ExecutionPlan plan, Place place, Type? binding) => new ReferenceExecutable(plan, place, this);

    protected override void ReleaseCore()
    {
    }
}

/// <summary>A layer's parameters; null where its operator has none of that name.</summary>
internal sealed record LayerParameters(float[]? Weight, float[]? Bias, float[]? Mean, float[]? Variance);

using CudaNet.Engine;

namespace CudaNet.Kernels.Reference;

/// <summary>The layers' loops, with the weights as they came, copied to arrays.</summary>
internal sealed class ReferenceModel : PreparedModel
{
    private readonly ReferenceLayer?[] _layers;

    public ReferenceModel(IBackend backend, LayerGraph graph, ParameterSet parameters)
        : base(backend, graph)
    {
        _layers = [null, .. graph.Layers.Select(node => ReferenceLayers.Of(node, parameters.Of(node)))];
        Bytes = parameters.ElementCount * sizeof(float);
    }

    public override long Bytes { get; }

    public ReferenceLayer LayerOf(LayerNode node) => _layers[node.Index]!;

    protected override Executable LoadCore(ExecutionPlan plan, Place place, Type? binding) => new ReferenceExecutable(plan, place, this);

    protected override void ReleaseCore()
    {
    }
}

using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A graph's layers with their weights, and what turns plans into phases at one vector width.</summary>
internal sealed class CpuLayers : IDisposable
{
    private readonly Dictionary<LayerNode, CpuLayer> _layers = [];
    private readonly SimdVectors _vectors;

    /// <param name="graph">Whose layers.</param>
    /// <param name="parameters">Packed here; null where only sizes are wanted.</param>
    /// <param name="backend">Whose vectors and options.</param>
    /// <param name="allocator">Where the weights' memory comes from.</param>
    public CpuLayers(LayerGraph graph, ParameterSet? parameters, CpuBackend backend, NativeAllocator allocator)
    {
        _vectors = backend.Vectors;
        PartImages = backend.Options.PartImages;
        Forms = new WeightForms(allocator, (long)(backend.Options.TransformedWeights * sizeof(float) * graph.Parameters.Sum(p => (double)p.Shape.ElementCount)));
        try
        {
            foreach (LayerNode node in graph.Layers)
            {
                CpuLayer layer = CpuLayer.Of(node, readsInput: node.Inputs[0] == graph.Input, backend.Options);
                layer.Pack(Forms, parameters?.Of(node), (int)backend.SimdWidth / (8 * sizeof(float)));
                _layers.Add(node, layer);
            }
        }
        catch
        {
            Forms.Dispose();
            throw;
        }
    }

    public WeightForms Forms { get; }

    /// <inheritdoc cref="CpuOptions.PartImages"/>
    public int? PartImages { get; }

    public CpuLayer this[LayerNode node] => _layers[node];

    /// <summary>Allocates every buffer of a plan, and makes every step.</summary>
    /// <exception cref="CudaNetException">The machine has not the memory, or cannot index that much. The arena is the caller's to dispose of.</exception>
    public CpuProgram Load(ExecutionPlan plan, NativeArena arena, int threads)
    {
        try
        {
            return _vectors.Load(this, plan, arena, threads);
        }
        catch (OverflowException exception)
        {
            throw Beyond(plan, exception);
        }
    }

    /// <summary>What is told where sizes overflow.</summary>
    public static CudaNetException Beyond(ExecutionPlan plan, OverflowException exception) =>
        new($"a batch of {plan.InputShape} is beyond what the cpu backend can index", exception) { Hint = "Run smaller batches or smaller images." };

    public void Dispose() => Forms.Dispose();
}

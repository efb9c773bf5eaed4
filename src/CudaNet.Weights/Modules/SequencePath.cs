using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>The layers that one value goes through, one after the other: the whole network with its blocks as one step each, or a block's main path, or its shortcut.</summary>
internal sealed class SequencePath
{
    private readonly SupposedNetwork _network;
    private readonly Dictionary<LayerNode, int> _stepOf = [];
    private readonly List<LayerNode[]> _steps = [];

    /// <param name="network">The network.</param>
    /// <param name="first">A layer of the path.</param>
    /// <param name="block">The block to stay in (<c>layer1.0</c>); null for the whole network.</param>
    public SequencePath(SupposedNetwork network, LayerNode first, string? block)
    {
        _network = network;
        IEnumerable<LayerNode> nodes = block is null ? network.Graph.Layers : network.Graph.Layers.Where(n => ModulePlaces.BlockOf(n) == block && IsShortcut(n) == IsShortcut(first));
        foreach (IGrouping<string, LayerNode> step in nodes.GroupBy(n => block is null ? ModulePlaces.BlockOf(n) ?? n.Name : n.Name, StringComparer.Ordinal))
        {
            LayerNode[] layers = [.. step];
            foreach (LayerNode layer in layers)
            {
                _stepOf[layer] = _steps.Count;
            }

            _steps.Add(layers);
        }
    }

    /// <summary>How many steps there are.</summary>
    public int Count => _steps.Count;

    /// <summary>A layer's step; null where it is not on the path.</summary>
    public int? StepOf(LayerNode layer) => _stepOf.TryGetValue(layer, out int step) ? step : null;

    /// <summary>The layer that a step is; null for a block, and behind the last one.</summary>
    public LayerNode? LayerAt(int step) => step >= 0 && step < Count && _steps[step] is [var layer] ? layer : null;

    /// <summary>True for a step whose module may be missing: it has no weights that would say where it is.</summary>
    public bool IsLoose(int step) => LayerAt(step)?.Op is ReLU or MaxPool2d or GlobalAveragePool;

    /// <summary>How many layers with weights a step has.</summary>
    public int Weighted(int step) => _steps[step].Count(n => n.Parameters.Count > 0);

    /// <summary>A step's name; null behind the last one.</summary>
    public string? Name(int step) => step < 0 || step >= Count ? null : LayerAt(step)?.Name ?? ModulePlaces.BlockOf(_steps[step][0]);

    /// <summary>A step in words.</summary>
    public string Describe(int step) =>
        step < 0 ? "the beginning" : step >= Count ? "nothing" : LayerAt(step) is { } layer ? $"{layer.Op.GetType().Name} '{layer.Name}'" : $"the block '{Name(step)}'";

    /// <summary>True where no number behind a step is below zero, so that a ReLU changes none.</summary>
    public bool IsNonNegativeBehind(int step)
    {
        while (LayerAt(step)?.Op is MaxPool2d or GlobalAveragePool)
        {
            step--;
        }

        return step >= 0 && _steps[step][^1] is { Op: ReLU } last && !(_network.Variations.TryGetValue(last.Name, out LayerOp? op) && op is null);
    }

    /// <summary>True for a layer of a block's shortcut.</summary>
    public static bool IsShortcut(LayerNode layer) => layer.Name.Contains(".downsample.", StringComparison.Ordinal);
}

namespace CudaNet.Engine;

/// <summary>A step before anyone knows shapes or buffers.</summary>
internal sealed record StepOutline(LayerNode Input, LayerNode? Residual, IReadOnlyList<LayerNode> Nodes);

/// <summary>
/// Groups a graph's layers into steps. From each layer not yet taken, in execution order, a step grows along its consumers as long as they
/// follow the order convolution, batch norm, sum, ReLU and need nothing that has not run. Depends on the graph alone, so an observer cannot change it.
/// </summary>
internal static class Fusion
{
    public static IReadOnlyList<StepOutline> Fuse(LayerGraph graph)
    {
        ILookup<LayerNode, LayerNode> consumers = graph.Nodes
            .SelectMany(n => n.Inputs.Distinct().Select(input => (input, consumer: n)))
            .ToLookup(edge => edge.input, edge => edge.consumer);
        HashSet<LayerNode> done = [graph.Input];
        List<StepOutline> steps = [];
        foreach (LayerNode head in graph.Layers)
        {
            if (!done.Contains(head))
            {
                StepOutline step = Grow(head, consumers, done);
                done.UnionWith(step.Nodes);
                steps.Add(step);
            }
        }

        return steps;
    }

    private static StepOutline Grow(LayerNode head, ILookup<LayerNode, LayerNode> consumers, HashSet<LayerNode> done)
    {
        List<LayerNode> nodes = [head];
        LayerNode? residual = head.Op is Add ? head.Inputs[1] : null;
        while (Next(nodes[^1], consumers, done) is { } next)
        {
            residual ??= next.Op is Add ? Other(next, nodes[^1]) : null;
            nodes.Add(next);
        }

        return new StepOutline(head.Inputs[0], residual, nodes);
    }

    private static LayerNode? Next(LayerNode last, ILookup<LayerNode, LayerNode> consumers, HashSet<LayerNode> done) =>
        last.Op.Place == FusionPlace.Alone
            ? null
            : consumers[last].FirstOrDefault(c => !done.Contains(c) && c.Op.Place > last.Op.Place && (c.Op is not Add || done.Contains(Other(c, last))));

    private static LayerNode Other(LayerNode add, LayerNode operand) => add.Inputs[0] == operand ? add.Inputs[1] : add.Inputs[0];
}

namespace CudaNet.Engine;

/// <summary>A step before anyone knows shapes or buffers.</summary>
internal sealed record StepOutline(StepKind Kind, LayerNode Input, LayerNode? Residual, IReadOnlyList<LayerNode> Nodes);

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

        return new StepOutline(KindOf(head), head.Inputs[0], residual, nodes);
    }

    private static LayerNode? Next(LayerNode last, ILookup<LayerNode, LayerNode> consumers, HashSet<LayerNode> done) =>
        Place(last) is not { } place
            ? null
            : consumers[last].FirstOrDefault(c => !done.Contains(c) && Place(c) > place && (c.Op is not Add || done.Contains(Other(c, last))));

    /// <summary>Where in <c>convolution, bn, add, relu</c> a layer may stand; null where it is always a step of its own.</summary>
    private static int? Place(LayerNode node) => node.Op switch
    {
        Conv2d => 0,
        BatchNorm2d => 1,
        Add => 2,
        ReLU => 3,
        _ => null,
    };

    private static LayerNode Other(LayerNode add, LayerNode operand) => add.Inputs[0] == operand ? add.Inputs[1] : add.Inputs[0];

    private static StepKind KindOf(LayerNode head) => head.Op switch
    {
        Conv2d => StepKind.Convolution,
        MaxPool2d => StepKind.MaxPool,
        GlobalAveragePool => StepKind.GlobalAveragePool,
        Linear => StepKind.Linear,
        _ => StepKind.Elementwise,
    };
}

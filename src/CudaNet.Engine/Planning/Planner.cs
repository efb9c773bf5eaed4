namespace CudaNet.Engine;

/// <summary>
/// Decides how a graph runs: which layers are one step, what is stored, and in which buffer. Pure: the same arguments give the same plan.
/// Observed layers never change the steps, only what they store; steps that neither the output nor an observed layer needs are left out.
/// </summary>
public static class Planner
{
    /// <param name="graph">What to run.</param>
    /// <param name="inputShape">N×C×H×W of the batch.</param>
    /// <param name="observed">Layers whose output an observer gets; nodes of <paramref name="graph"/>.</param>
    /// <param name="layout">How the backend stores values.</param>
    /// <exception cref="ShapeException">The graph cannot take that shape.</exception>
    public static ExecutionPlan Plan(LayerGraph graph, TensorShape inputShape, IEnumerable<LayerNode> observed, StorageLayout layout)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(observed);
        ArgumentNullException.ThrowIfNull(layout);
        LayerNode[] published = [.. observed.Distinct().OrderBy(n => n.Index)];
        foreach (LayerNode node in published)
        {
            if (node.Index >= graph.Nodes.Count || graph.Nodes[node.Index] != node)
            {
                throw new CudaNetException($"layer '{node}' is of another graph") { Layer = node.Name };
            }
        }

        TensorShape[] shapes = graph.InferShapes(inputShape);
        IReadOnlyList<StepOutline> outlines = Needed(graph, published);
        SlotAssignment slots = SlotAssignment.Assign(graph, outlines, published, shapes, layout);
        PlanStep[] steps = [.. outlines.Select((outline, index) => Finish(outline, index, graph, shapes, layout, slots, published))];
        return new ExecutionPlan(graph, inputShape, layout, steps, slots.SlotBytes, published);
    }

    /// <summary>The steps of the output and the observed layers, and those that they are computed from: a side output that nobody asks for costs nothing.</summary>
    private static StepOutline[] Needed(LayerGraph graph, LayerNode[] published)
    {
        HashSet<LayerNode> needed = [graph.Output, .. published];
        Stack<StepOutline> kept = [];
        foreach (StepOutline step in Fusion.Fuse(graph).Reverse().Where(s => s.Nodes.Any(needed.Contains)))
        {
            kept.Push(step);
            needed.UnionWith(step.Nodes.SelectMany(n => n.Inputs));
        }

        return [.. kept];
    }

    private static PlanStep Finish(StepOutline outline, int index, LayerGraph graph, TensorShape[] shapes, StorageLayout layout, SlotAssignment slots, LayerNode[] published)
    {
        PlanValue Value(LayerNode node) =>
            new(node, shapes[node.Index], slots.IsOnlyPublished(node) ? layout.Published : layout, node == graph.Input ? null : slots.SlotOf(node));
        PlanStage[] stages = [.. outline.Nodes.Select(n => new PlanStage(n, shapes[n.Index], slots.IsStored(n) ? Value(n) : null, published.Contains(n)))];
        return new PlanStep(index, Value(outline.Input), outline.Residual is { } residual ? Value(residual) : null, stages);
    }
}

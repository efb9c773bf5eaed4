namespace CudaNet.Emulator.Device;

/// <summary>A node of an executable graph.</summary>
/// <param name="source">The node it was made of; of a child graph the node that holds it.</param>
/// <param name="operation">Its work; null where it only orders others.</param>
/// <param name="dependencies">What it follows, by place in the executable graph.</param>
/// <param name="ranges">The memory its work is known to touch.</param>
internal sealed class ExecNode(EmulatedGraphNode source, StreamOperation? operation, IReadOnlyList<int> dependencies, IReadOnlyList<MemoryRange> ranges)
{
    public EmulatedGraphNode Source { get; } = source;

    public StreamOperation? Operation { get; private set; } = operation;

    public IReadOnlyList<int> Dependencies { get; } = dependencies;

    public IReadOnlyList<MemoryRange> Ranges { get; private set; } = ranges;

    /// <summary>False: a launch passes over its work.</summary>
    public bool IsEnabled { get; set; } = true;

    public void Replace(StreamOperation? operation, IReadOnlyList<MemoryRange> ranges)
    {
        Operation = operation;
        Ranges = ranges;
    }

    /// <summary>The nodes of a graph, those of child graphs in the place of their node; null where they go round in a circle.</summary>
    public static List<ExecNode>? Flatten(EmulatedGraph graph)
    {
        var nodes = new List<ExecNode>();
        return Flatten(graph, [], nodes) is null ? null : nodes;
    }

    /// <returns>The places of the nodes that nothing in the graph follows.</returns>
    private static List<int>? Flatten(EmulatedGraph graph, IReadOnlyList<int> entry, List<ExecNode> into)
    {
        if (graph.InOrder() is not { } ordered)
        {
            return null;
        }

        var places = new Dictionary<EmulatedGraphNode, int>(ReferenceEqualityComparer.Instance);
        foreach (EmulatedGraphNode node in ordered)
        {
            IReadOnlyList<int> follows = node.Dependencies.Count == 0 ? entry : [.. node.Dependencies.Select(dependency => places[dependency])];
            StreamOperation? operation = node.Operation;
            if (node.Operation is ChildGraphOperation child)
            {
                if (Flatten(child.Graph, follows, into) is not { } ends)
                {
                    return null;
                }

                follows = ends.Count == 0 ? follows : ends;
                operation = null;
            }

            places.Add(node, into.Count);
            into.Add(new ExecNode(node, operation, follows, node.Ranges));
        }

        var followed = ordered.SelectMany(node => node.Dependencies).ToHashSet();
        return [.. ordered.Where(node => !followed.Contains(node)).Select(node => places[node])];
    }
}

using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>A graph: nodes in the order of their creation. Used under the machine's gate.</summary>
internal sealed class EmulatedGraph
{
    private readonly List<EmulatedGraphNode> _nodes = [];
    private bool _isOwned;

    public EmulatedGraph(EmulatedMachine machine)
    {
        Machine = machine;
        Handle = machine.Handles.Add(this);
    }

    public EmulatedMachine Machine { get; }

    public nint Handle { get; }

    public IReadOnlyList<EmulatedGraphNode> Nodes => _nodes;

    /// <summary>How many executable graphs made of it are alive; with allocations in it there may be one.</summary>
    public int Execs { get; set; }

    public bool HasAllocations => _nodes.Exists(node => node.Type == CUgraphNodeType.CU_GRAPH_NODE_TYPE_MEM_ALLOC);

    /// <param name="operation">The node's work.</param>
    /// <param name="dependencies">Nodes of this graph.</param>
    /// <param name="context">Where it runs; null: where the graph is launched.</param>
    public EmulatedGraphNode Add(StreamOperation operation, IEnumerable<EmulatedGraphNode> dependencies, EmulatedContext? context = null)
    {
        var node = new EmulatedGraphNode(this, operation, context);
        foreach (EmulatedGraphNode dependency in dependencies)
        {
            node.Depend(dependency);
        }

        _nodes.Add(node);
        return node;
    }

    /// <summary>cuGraphDestroyNode: takes the node out, with all edges to it.</summary>
    public void Remove(EmulatedGraphNode node)
    {
        _nodes.Remove(node);
        _nodes.ForEach(other => other.Undepend(node));
        Machine.Handles.Remove(node.Handle);
    }

    /// <summary>The program holds it and must destroy it from now on; the graph inside a node goes with that.</summary>
    /// <param name="call">The call that made it.</param>
    public void Publish(string call)
    {
        if (!_isOwned)
        {
            _isOwned = true;
            Machine.Ledger.Add(this, LeakKind.Graph, call);
        }
    }

    /// <summary>A copy with the same nodes in the same order; of child graphs too.</summary>
    public EmulatedGraph Clone()
    {
        var copy = new EmulatedGraph(Machine);
        var twins = new Dictionary<EmulatedGraphNode, EmulatedGraphNode>(ReferenceEqualityComparer.Instance);
        foreach (EmulatedGraphNode node in _nodes)
        {
            StreamOperation operation = node.Operation is ChildGraphOperation child ? new ChildGraphOperation(child.Graph.Clone()) : node.Operation;
            twins.Add(node, copy.Add(operation, [], node.Context));
        }

        foreach (EmulatedGraphNode node in _nodes)
        {
            foreach (EmulatedGraphNode dependency in node.Dependencies)
            {
                twins[node].Depend(twins[dependency]);
            }
        }

        return copy;
    }

    /// <summary>The nodes, each behind all it follows; null where they go round in a circle.</summary>
    public IReadOnlyList<EmulatedGraphNode>? InOrder()
    {
        var ordered = new List<EmulatedGraphNode>(_nodes.Count);
        var placed = new HashSet<EmulatedGraphNode>(ReferenceEqualityComparer.Instance);
        for (bool moved = true; moved && ordered.Count < _nodes.Count;)
        {
            moved = false;
            foreach (EmulatedGraphNode node in _nodes)
            {
                if (!placed.Contains(node) && node.Dependencies.All(placed.Contains))
                {
                    placed.Add(node);
                    ordered.Add(node);
                    moved = true;
                }
            }
        }

        return ordered.Count == _nodes.Count ? ordered : null;
    }

    /// <summary>cuGraphDestroy. What was instantiated of it stays.</summary>
    public CUresult Destroy()
    {
        foreach (EmulatedGraphNode node in _nodes)
        {
            Machine.Handles.Remove(node.Handle);
        }

        Machine.Handles.Remove(Handle);
        Machine.Ledger.Remove(this);
        return CUresult.CUDA_SUCCESS;
    }
}

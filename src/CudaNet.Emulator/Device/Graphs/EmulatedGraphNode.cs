using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>A node of a graph: its work, what it follows, and the memory that it was told of. Used under the machine's gate.</summary>
internal sealed class EmulatedGraphNode
{
    private readonly List<EmulatedGraphNode> _dependencies = [];
    private StreamOperation _operation;

    public EmulatedGraphNode(EmulatedGraph graph, StreamOperation operation, EmulatedContext? context)
    {
        Graph = graph;
        Context = context;
        _operation = operation;
        Ranges = GraphReferences.RangesOf(operation, graph.Machine);
        Handle = graph.Machine.Handles.Add(this);
    }

    public EmulatedGraph Graph { get; }

    /// <summary>The context it runs in; null: that of the stream of the launch.</summary>
    public EmulatedContext? Context { get; }

    public nint Handle { get; }

    /// <summary>Replaced when its parameters are set.</summary>
    public StreamOperation Operation
    {
        get => _operation;
        set
        {
            _operation = value;
            Ranges = GraphReferences.RangesOf(value, Graph.Machine);
        }
    }

    /// <summary>The memory its work is known to touch, as it was allocated when the node was made.</summary>
    public IReadOnlyList<MemoryRange> Ranges { get; private set; }

    public CUgraphNodeType Type => Operation.NodeType;

    public IReadOnlyList<EmulatedGraphNode> Dependencies => _dependencies;

    public bool Depend(EmulatedGraphNode on)
    {
        if (_dependencies.Contains(on))
        {
            return false;
        }

        _dependencies.Add(on);
        return true;
    }

    public bool Undepend(EmulatedGraphNode on) => _dependencies.Remove(on);
}

using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>A node of a graph: its work, what it follows, and the memory that it was told of. Used under the machine's gate.</summary>
internal sealed class EmulatedGraphNode(EmulatedGraph graph, StreamOperation operation, EmulatedContext? context)
{
    private readonly List<EmulatedGraphNode> _dependencies = [];
    private StreamOperation _operation = operation;

    public EmulatedGraph Graph { get; } = graph;

    /// <summary>The context it runs in; null: that of the stream of the launch.</summary>
    public EmulatedContext? Context { get; } = context;

    public nint Handle { get; set; }

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
    public IReadOnlyList<MemoryRange> Ranges { get; private set; } = GraphReferences.RangesOf(operation, graph.Machine);

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

using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Work that was captured, with the addresses and sizes it was captured with: all memory, modules and handles it uses must outlive every executable made of it.
/// One thread at a time.
/// </summary>
public sealed unsafe class CudaGraph : IDisposable
{
    private static readonly ReleaseCall Destroy = new(nameof(DriverApi.cuGraphDestroy), static (l, h) => (int)l.Driver.cuGraphDestroy(h));
    private bool _isDisposed;

    internal CudaGraph(CudaContext context, nint graph, GraphHostFunctions hostFunctions)
    {
        Context = context;
        Handle = new CudaHandle(context, Destroy, graph);
        HostFunctions = hostFunctions;
        hostFunctions.AddUser();
    }

    /// <summary>The context it was captured in.</summary>
    public CudaContext Context { get; }

    /// <summary>How many kernels, copies, fills and other steps it has. Fewer than were queued means that something ran outside the capture.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public int NodeCount
    {
        get
        {
            Context.Enter();
            using HandleUse graph = Handle.Use();
            nuint count;
            Context.Check(Context.Driver.cuGraphGetNodes(graph.Value, null, &count), nameof(DriverApi.cuGraphGetNodes));
            return (int)count;
        }
    }

    internal CudaHandle Handle { get; }

    internal GraphHostFunctions HostFunctions { get; }

    /// <summary>Makes an executable of it. Slow, and not while this thread captures.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public CudaGraphExec Instantiate() => new(this);

    /// <summary>Destroys the graph; executables made of it remain. Never throws: a failure is told by <see cref="CudaContext.ReleaseFailed"/>.</summary>
    public void Dispose()
    {
        Handle.Dispose();
        if (!_isDisposed)
        {
            _isDisposed = true;
            HostFunctions.RemoveUser();
        }
    }

    internal CUgraphNodeType[] NodeTypes()
    {
        nint[] nodes = new nint[NodeCount];
        CUgraphNodeType[] types = new CUgraphNodeType[nodes.Length];
        using HandleUse graph = Handle.Use();
        nuint count = (nuint)nodes.Length;
        fixed (nint* first = nodes)
        {
            Context.Check(Context.Driver.cuGraphGetNodes(graph.Value, first, &count), nameof(DriverApi.cuGraphGetNodes));
        }

        for (int i = 0; i < nodes.Length; i++)
        {
            CUgraphNodeType type;
            Context.Check(Context.Driver.cuGraphNodeGetType(nodes[i], &type), nameof(DriverApi.cuGraphNodeGetType));
            types[i] = type;
        }

        return types;
    }
}

using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>An executable graph: frozen nodes that each launch runs in an order drawn among those their dependencies allow. Used under the machine's gate.</summary>
internal sealed class EmulatedGraphExec
{
    private readonly EmulatedGraph _graph;
    private readonly CUgraphInstantiate_flags _flags;
    private readonly List<ExecNode> _nodes;
    private WorkItem? _lastEnd;

    private EmulatedGraphExec(EmulatedGraph graph, List<ExecNode> nodes, CUgraphInstantiate_flags flags)
    {
        _graph = graph;
        _nodes = nodes;
        _flags = flags;
        Handle = Machine.Handles.Add(this);
    }

    public EmulatedMachine Machine => _graph.Machine;

    public nint Handle { get; }

    public CUgraphInstantiate_flags Flags => _flags;

    public IReadOnlyList<ExecNode> Nodes => _nodes;

    /// <summary>cuGraphInstantiate. The flags that only the form with parameters takes are refused by whoever calls this.</summary>
    /// <returns>1 where the nodes go round in a circle, or where another executable graph owns the graph's allocations.</returns>
    public static CUresult Instantiate(EmulatedGraph graph, CUgraphInstantiate_flags flags, string call, out EmulatedGraphExec? exec)
    {
        exec = null;
        if ((graph.HasAllocations && graph.Execs > 0) || ExecNode.Flatten(graph) is not { } nodes)
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        exec = new EmulatedGraphExec(graph, nodes, flags);
        graph.Execs++;
        graph.Machine.Ledger.Add(exec, LeakKind.GraphExec, call);
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>The node that was made of this one; null where none was.</summary>
    public ExecNode? Of(EmulatedGraphNode source) => _nodes.Find(node => node.Source == source);

    /// <summary>cuGraphLaunch: a launch follows the one before, from whatever stream.</summary>
    public CUresult Launch(EmulatedStream stream)
    {
        CUresult admitted = stream.Admit("cuGraphLaunch");
        if (admitted != CUresult.CUDA_SUCCESS)
        {
            return admitted;
        }

        if (stream.Capture is { } capture)
        {
            capture.Invalidate();
            Machine.Find(FindingKind.Capture, $"cuGraphLaunch into {stream.Name}, which captures.");
            return CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        }

        if (Stale() is { } gone)
        {
            Machine.Find(FindingKind.StaleGraph, $"cuGraphLaunch: {gone}.");
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        CUresult allocations = PrepareAllocations(stream);
        if (allocations == CUresult.CUDA_SUCCESS)
        {
            Machine.Captures.FlagEscape(stream, "cuGraphLaunch");
            Expand(stream);
        }

        return allocations;
    }

    /// <summary>cuGraphExecUpdate: takes the work of a graph of the same form. Where that fails, all stays as it was.</summary>
    /// <param name="graph">The graph to take from.</param>
    /// <param name="at">The node where they differ, if one can be named.</param>
    public CUgraphExecUpdateResult Update(EmulatedGraph graph, out EmulatedGraphNode? at)
    {
        at = null;
        List<ExecNode>? others = ExecNode.Flatten(graph);
        if (others is null || others.Count != _nodes.Count)
        {
            return CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED;
        }

        for (int place = 0; place < _nodes.Count; place++)
        {
            at = others[place].Source;
            if (!_nodes[place].Dependencies.Order().SequenceEqual(others[place].Dependencies.Order()))
            {
                return CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED;
            }

            if (_nodes[place].Operation?.NodeType != others[place].Operation?.NodeType)
            {
                return CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_NODE_TYPE_CHANGED;
            }

            if (_nodes[place].Operation is MemoryAllocateOperation or MemoryFreeOperation)
            {
                return CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_NOT_SUPPORTED;
            }
        }

        for (int place = 0; place < _nodes.Count; place++)
        {
            _nodes[place].Replace(others[place].Operation, others[place].Ranges);
        }

        at = null;
        return CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_SUCCESS;
    }

    /// <summary>cuGraphExecDestroy: a launch that is queued still runs.</summary>
    public CUresult Destroy()
    {
        _graph.Execs--;
        Machine.Handles.Remove(Handle);
        Machine.Ledger.Remove(this);
        return CUresult.CUDA_SUCCESS;
    }

    private string? Stale()
        => _nodes.Select(node => node.Operation is { } operation ? GraphReferences.Gone(operation, node.Ranges) : null).FirstOrDefault(gone => gone is not null);

    private CUresult PrepareAllocations(EmulatedStream stream)
    {
        var freed = _nodes.Select(node => node.Operation).OfType<MemoryFreeOperation>().Select(free => free.Range).ToHashSet();
        foreach (MemoryRange range in _nodes.Select(node => node.Operation).OfType<MemoryAllocateOperation>().Select(allocate => allocate.Range))
        {
            bool isThere = _lastEnd is not null && !freed.Contains(range) && !range.IsFreeQueued && !(range.IsFreed && _lastEnd.IsDone);
            if (isThere && !_flags.HasFlag(CUgraphInstantiate_flags.CUDA_GRAPH_INSTANTIATE_FLAG_AUTO_FREE_ON_LAUNCH))
            {
                return CUresult.CUDA_ERROR_INVALID_VALUE;
            }

            if (isThere)
            {
                stream.Append(new MemoryFreeOperation(range), _lastEnd);
            }

            range.IsFreeQueued = false;
        }

        return CUresult.CUDA_SUCCESS;
    }

    private void Expand(EmulatedStream stream)
    {
        StreamOperation[] operations = [.. _nodes.Select(node => node.IsEnabled ? node.Operation : null).OfType<StreamOperation>()];
        foreach (StreamOperation operation in operations)
        {
            operation.Queue(Machine, operations);
        }

        WorkItem start = stream.Append(null, _lastEnd);
        var items = new WorkItem[_nodes.Count];
        for (int place = 0; place < items.Length; place++)
        {
            ExecNode node = _nodes[place];
            WorkItem item = items[place] = new WorkItem(node.Source.Context ?? stream.Context, node.IsEnabled ? node.Operation : null, $"a graph in {stream.Name}");
            item.RunAfter(start);
            foreach (int dependency in node.Dependencies)
            {
                item.RunAfter(items[dependency]);
            }

            switch (item.Operation)
            {
                case EventWaitOperation wait:
                    item.RunAfter(wait.Event.Recorded);
                    break;
                case EventRecordOperation record:
                    record.Event.RecordedBy(item);
                    break;
            }

            item.Context.Load(item.Operation?.Code);
            Machine.Scheduler.Submit(item);
            UnorderedWork.Flag(Machine, item);
        }

        _lastEnd = stream.AppendEnd(start, items);
    }
}

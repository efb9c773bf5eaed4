using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A graph that can be launched any number of times. One launch runs at a time: a second one waits for the first, from whatever stream.
/// Dispose of it after its last launch has ended. One thread at a time.
/// </summary>
public sealed unsafe class CudaGraphExec : IDisposable
{
    private static readonly ReleaseCall Destroy = new(nameof(DriverApi.cuGraphExecDestroy), static (l, h) => (int)l.Driver.cuGraphExecDestroy(h));
    private readonly CudaHandle _handle;
    private GraphHostFunctions _hostFunctions;
    private bool _isDisposed;

    internal CudaGraphExec(CudaGraph graph)
    {
        CudaContext context = graph.Context;
        context.Enter();
        using HandleUse handle = graph.Handle.Use();
        Context = context;
        _handle = new CudaHandle(context, Destroy, Instantiate(context, handle.Value));
        _hostFunctions = graph.HostFunctions;
        _hostFunctions.AddUser();
    }

    /// <summary>The context it was made in.</summary>
    public CudaContext Context { get; }

    /// <summary>Moves the cost of the first launch here; nothing where the driver is older than 11.1.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public void Upload(CudaStream stream)
    {
        if (Context.Driver.cuGraphUpload == null)
        {
            return;
        }

        Context.Enter();
        using HandleUse exec = _handle.Use();
        using HandleUse on = stream.Handle.Use();
        Context.Check(Context.Driver.cuGraphUpload(exec.Value, on.Value), nameof(DriverApi.cuGraphUpload));
    }

    /// <summary>Queues one run of the graph; an error of its work comes with the next call that waits.</summary>
    /// <exception cref="CudaException">The driver refuses: the stream captures, or an earlier work failed.</exception>
    public void Launch(CudaStream stream)
    {
        Context.Enter();
        using HandleUse exec = _handle.Use();
        using HandleUse on = stream.Handle.Use();
        Context.Check(Context.Driver.cuGraphLaunch(exec.Value, on.Value), nameof(DriverApi.cuGraphLaunch));
    }

    /// <summary>Takes over the addresses and sizes of another graph of the same form.</summary>
    /// <returns>False where the form differs or the driver is older than 12.0: this one is then as it was, and a new one must be made.</returns>
    /// <exception cref="CudaException">The driver refuses for another reason.</exception>
    public bool TryUpdate(CudaGraph graph)
    {
        if (Context.Driver.cuGraphExecUpdate_v2 == null)
        {
            return false;
        }

        Context.Enter();
        using HandleUse exec = _handle.Use();
        using HandleUse with = graph.Handle.Use();
        CUgraphExecUpdateResultInfo info;
        CUresult result = Context.Driver.cuGraphExecUpdate_v2(exec.Value, with.Value, &info);
        if (result == CUresult.CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE)
        {
            return false;
        }

        Context.Check(result, nameof(DriverApi.cuGraphExecUpdate_v2));
        graph.HostFunctions.AddUser();
        _hostFunctions.RemoveUser();
        _hostFunctions = graph.HostFunctions;
        return true;
    }

    /// <summary>Destroys the executable. Never throws: a failure is told by <see cref="CudaContext.ReleaseFailed"/>.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        if (!_isDisposed)
        {
            _isDisposed = true;
            _hostFunctions.RemoveUser();
        }
    }

    /// <summary>By the form that drivers have from 11.4 on, or else by the one before it.</summary>
    private static nint Instantiate(CudaContext context, nint graph)
    {
        nint exec;
        if (context.Driver.cuGraphInstantiateWithFlags != null)
        {
            context.Check(context.Driver.cuGraphInstantiateWithFlags(&exec, graph, 0), nameof(DriverApi.cuGraphInstantiateWithFlags));
        }
        else
        {
            context.Check(context.Driver.cuGraphInstantiate_v2(&exec, graph, null, null, 0), nameof(DriverApi.cuGraphInstantiate_v2));
        }

        return exec;
    }
}

namespace CudaNet.Engine;

/// <summary>A kind of device that can run graphs. Implementations are immutable and thread-safe. See <c>docs/adding-a-backend.md</c>.</summary>
public interface IBackend
{
    /// <summary>Its name in options and listings.</summary>
    string Name { get; }

    /// <summary>How far its values may be from the exact ones: its row of the tolerance table.</summary>
    Tolerance Tolerance { get; }

    /// <summary>How it stores values: plans are made for it.</summary>
    StorageLayout Layout { get; }

    /// <summary>
    /// Brings the weights to this device, once. Keeps nothing of <paramref name="parameters"/>: their memory may go when it returns.
    /// </summary>
    /// <exception cref="CudaNetException">The device cannot run an operator of the graph, or has not the memory.</exception>
    PreparedModel Prepare(LayerGraph graph, ParameterSet parameters);

    /// <summary>What preparing the plan's graph and loading the plan would take and choose; nothing of it is allocated, and no weights are needed.</summary>
    /// <exception cref="CudaNetException">The device cannot run an operator of the graph, or cannot address that much.</exception>
    PlanCost Measure(ExecutionPlan plan);
}

/// <summary>What every backend offers.</summary>
public static class BackendExtensions
{
    /// <summary>
    /// Brings a model's weights to the backend's device, once, for any number of sessions: they share weights and threads. The model may be disposed of
    /// afterwards; the prepared model and its sessions may be disposed of in any order.
    /// </summary>
    /// <exception cref="CudaNetException">The device cannot run the model, or has not the memory.</exception>
    public static PreparedModel Prepare(this IBackend backend, Model model)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(model);
        return backend.Prepare(model.Graph, model.Parameters);
    }
}

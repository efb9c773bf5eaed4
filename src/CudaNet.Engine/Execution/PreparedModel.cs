using System.Diagnostics.CodeAnalysis;

namespace CudaNet.Engine;

/// <summary>
/// A model's weights on a device, with what computes on them (threads, handles): made once by <see cref="IBackend.Prepare"/>, shared by sessions and
/// by every executable loaded from it. Each of them holds a claim, and the last one to go releases it: they may be disposed of in any order. Thread-safe.
/// </summary>
public abstract class PreparedModel : IDisposable
{
    private readonly Lock _lock = new();
    private int _claims = 1;
    private bool _isDisposed;

    /// <param name="backend">Whose it is.</param>
    /// <param name="graph">What it runs.</param>
    protected PreparedModel(IBackend backend, LayerGraph graph)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(graph);
        Backend = backend;
        Graph = graph;
    }

    /// <summary>What computes.</summary>
    public IBackend Backend { get; }

    /// <summary>The layers.</summary>
    public LayerGraph Graph { get; }

    /// <summary>Bytes of the weights in every form that was made of them so far.</summary>
    public abstract long Bytes { get; }

    /// <summary>Whether runs can be bound to that type of <see cref="RunBinding"/>; to host memory they always can.</summary>
    public virtual bool Takes(Type binding) => false;

    /// <summary>Makes a place for executables. The caller disposes of it, after them.</summary>
    /// <exception cref="CudaNetException">The device has not the memory.</exception>
    public Place CreatePlace(int index)
    {
        Claim();
        try
        {
            return CreatePlaceCore(index);
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>
    /// Turns a plan into something that runs: chooses the algorithm of each step, allocates every buffer. Weights are transformed at most once a layer and
    /// algorithm, and kept. Several threads may load at once, also while others run.
    /// </summary>
    /// <param name="plan">Of this graph, in the backend's layout.</param>
    /// <param name="place">Made by <see cref="CreatePlace"/>; it must outlive the executable.</param>
    /// <param name="binding">The type of binding its runs will have; null for host memory.</param>
    /// <exception cref="CudaNetException">The plan, the place or the binding is of another kind, or the device has not the memory.</exception>
    public Executable Load(ExecutionPlan plan, Place place, Type? binding = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(place);
        if (plan.Graph != Graph)
        {
            throw new CudaNetException($"a plan of another graph cannot be loaded: its output is '{plan.Graph.Output}', this model's is '{Graph.Output}'")
            {
                Hint = "Plan with the prepared model's own graph.",
            };
        }

        if (plan.Layout != Backend.Layout)
        {
            throw new CudaNetException($"a plan for storage {plan.Layout} cannot be loaded: the {Backend.Name} backend stores {Backend.Layout}")
            {
                Hint = "Plan with the backend's own layout.",
            };
        }

        if (place.Model != this)
        {
            throw new CudaNetException("an executable cannot be loaded for a place of another prepared model");
        }

        CheckBinding(binding);
        Claim();
        try
        {
            Executable executable = LoadCore(plan, place, binding);
            return executable.Plan == plan && executable.Place == place && executable.BindingType == binding
                ? executable
                : throw new InvalidOperationException($"the {Backend.Name} backend loaded another plan, place or binding than it was asked for");
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>Gives up the caller's claim. Sessions that were made of it go on; the last one releases the weights. Idempotent.</summary>
    [SuppressMessage("Usage", "CA1816", Justification = "Sessions may still use it, and be forgotten: a backend's finaliser must find it then.")]
    public void Dispose()
    {
        using (Uninterrupted.Enter(_lock))
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        Release();
    }

    /// <exception cref="CudaNetException">The backend knows no such binding.</exception>
    internal void CheckBinding(Type? binding)
    {
        if (binding is not null && !Takes(binding))
        {
            throw new CudaNetException($"the {Backend.Name} backend cannot bind a run to {binding.Name}") { Hint = "Give it host memory, or use the backend that the binding was made for." };
        }
    }

    /// <summary>One more user.</summary>
    /// <exception cref="ObjectDisposedException">The last one has gone.</exception>
    internal void Claim()
    {
        using (Uninterrupted.Enter(_lock))
        {
            ObjectDisposedException.ThrowIf(_claims == 0, this);
            _claims++;
        }
    }

    /// <summary>The same for a newcomer, who may not come once <see cref="Dispose"/> was called.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed of.</exception>
    internal void ClaimFirst()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Claim();
    }

    internal void Release()
    {
        using (Uninterrupted.Enter(_lock))
        {
            if (--_claims > 0)
            {
                return;
            }
        }

        ReleaseCore();
    }

    /// <summary>Makes a place of the backend's own type.</summary>
    protected virtual Place CreatePlaceCore(int index) => new(this, index);

    /// <summary>Does the work of <see cref="Load"/>, whose arguments are checked. Called by several threads at once.</summary>
    protected abstract Executable LoadCore(ExecutionPlan plan, Place place, Type? binding);

    /// <summary>
    /// Releases weights, threads, handles. Called once, after the last executable is gone; never where sessions are forgotten: what must go then needs a
    /// finaliser, which runs after this, too.
    /// </summary>
    protected abstract void ReleaseCore();
}

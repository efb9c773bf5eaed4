using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>No weights, but a life that is watched.</summary>
public sealed class NullModel(NullBackend backend, LayerGraph graph) : PreparedModel(backend, graph)
{
    private int _executables;
    private int _places;
    private int _isReleased;

    public override long Bytes => 4;

    public NullLedger Ledger => backend.Ledger;

    public Gate? Gate => backend.Gate;

    public override bool Takes(Type binding) => binding == typeof(NullBinding);

    protected override Place CreatePlaceCore(int index)
    {
        if (Ledger.Places.Add() == backend.Options.FailingPlace)
        {
            throw new CudaNetException("the null backend has no memory for this place");
        }

        Interlocked.Increment(ref _places);
        Ledger.PlacesMade.Add();
        return new NullPlace(this, index, backend.Options.ExclusivePlaces);
    }

    public void ExecutableGone() => Interlocked.Decrement(ref _executables);

    public void PlaceGone() => Interlocked.Decrement(ref _places);

    protected override Executable LoadCore(ExecutionPlan plan, Place place, Type? binding)
    {
        if (Volatile.Read(ref _isReleased) != 0)
        {
            Ledger.Violate("loaded from a model that was released");
        }

        if (Ledger.Loads.Add() == backend.Options.FailingLoad)
        {
            throw new CudaNetException("the null backend has no memory for this load");
        }

        Interlocked.Increment(ref _executables);
        Ledger.Loaded.Add();
        return new NullExecutable(plan, (NullPlace)place, binding, this);
    }

    protected override void ReleaseCore()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) != 0)
        {
            Ledger.Violate("a model was released twice");
        }

        if (Volatile.Read(ref _executables) != 0 || Volatile.Read(ref _places) != 0)
        {
            Ledger.Violate($"a model was released with {_executables} executables and {_places} places");
        }

        Ledger.Released.Add();
    }
}

/// <summary>Knows who runs and who lives in it.</summary>
public sealed class NullPlace(NullModel model, int index, bool isExclusive) : Place(model, index)
{
    private int _executables;
    private int _running;
    private int _isDisposed;

    public override bool IsExclusive => isExclusive;

    public void ExecutableCame() => Interlocked.Increment(ref _executables);

    public void ExecutableWent() => Interlocked.Decrement(ref _executables);

    public void RunBegan()
    {
        if (Interlocked.Increment(ref _running) > 1 && isExclusive)
        {
            model.Ledger.Violate($"two runs at once in place {Index}");
        }
    }

    public void RunEnded() => Interlocked.Decrement(ref _running);

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            model.Ledger.Violate($"place {Index} was disposed of twice");
        }

        if (Volatile.Read(ref _executables) != 0)
        {
            model.Ledger.Violate($"place {Index} was disposed of with {_executables} executables");
        }

        model.Ledger.PlacesDisposed.Add();
        model.PlaceGone();
        base.Dispose(disposing);
    }
}

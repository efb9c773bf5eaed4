namespace CudaNet.Engine;

/// <summary>
/// A session's executables by input shape, published layers and binding, several of a key where several runs are in flight. A busy one is never evicted;
/// of the idle ones the least recently used goes first. Loading happens outside the lock. Thread-safe, for callers whom the <see cref="RunQueue"/>
/// admitted: there are never more of them than executables allowed, so one that needs room finds it.
/// </summary>
internal sealed class ExecutablePool(PreparedModel model, int capacity, int places)
{
    private readonly Lock _lock = new();
    private readonly List<ResidentExecutable> _resident = [];
    private readonly Place?[] _places = new Place?[places];
    private readonly int[] _running = new int[places];
    private readonly int[] _loaded = new int[places];
    private int _loading;
    private long _clock;

    public (int Count, long Bytes) Held
    {
        get
        {
            using (Uninterrupted.Enter(_lock))
            {
                return (_resident.Count, _resident.Sum(e => e.Bytes - e.Executable.SharedBytes) + _places.Sum(p => p?.Bytes ?? 0));
            }
        }
    }

    public IReadOnlyList<LoadedExecutable> Loaded
    {
        get
        {
            using (Uninterrupted.Enter(_lock))
            {
                return [.. _resident.Select(e => new LoadedExecutable(e.Executable.Plan.InputShape, e.Executable.Plan.Observed, e.Executable.PassText, e.Bytes))];
            }
        }
    }

    /// <summary>An executable of that key for one run. Allocates nothing where one is idle, in a place that is free.</summary>
    /// <exception cref="CudaNetException">It could not be planned or loaded.</exception>
    public ResidentExecutable Take(TensorShape input, RunLayers layers, Type? binding)
    {
        using (Uninterrupted.Enter(_lock))
        {
            if (FindIdle(input, layers, binding) is { } idle)
            {
                idle.IsBusy = true;
                idle.LastUse = ++_clock;
                _running[idle.Executable.Place.Index]++;
                return idle;
            }
        }

        return Load(input, layers, binding);
    }

    /// <summary>Loads one more executable of that key, busy until it is returned, unless there are already that many; null then.</summary>
    /// <inheritdoc cref="Take"/>
    public ResidentExecutable? TakeNew(TensorShape input, RunLayers layers, Type? binding, int copies)
    {
        using (Uninterrupted.Enter(_lock))
        {
            ResidentExecutable[] same = [.. _resident.Where(e => e.Runs(input, layers, binding))];
            if (same.Length >= copies)
            {
                Array.ForEach(same, e => e.LastUse = ++_clock);
                return null;
            }
        }

        return Load(input, layers, binding);
    }

    /// <summary>The run is over.</summary>
    public void Return(ResidentExecutable executable)
    {
        using (Uninterrupted.Enter(_lock))
        {
            executable.IsBusy = false;
            _running[executable.Executable.Place.Index]--;
        }
    }

    /// <summary>The run is over, and somebody may still look at its values: the executable is not used again.</summary>
    public void Discard(ResidentExecutable executable)
    {
        using (Uninterrupted.Enter(_lock))
        {
            _running[executable.Executable.Place.Index]--;
            Remove(executable);
        }

        executable.Dispose();
    }

    /// <summary>Releases every executable and every place. No run is in flight.</summary>
    public void Clear()
    {
        ResidentExecutable[] resident;
        using (Uninterrupted.Enter(_lock))
        {
            resident = [.. _resident];
            _resident.Clear();
        }

        Array.ForEach(resident, e => e.Dispose());
        foreach (Place? place in _places)
        {
            place?.Dispose();
        }
    }

    /// <summary>The first, whose memory is warm; of bound ones that which was idle longest, for the others may still be at work on what was queued.</summary>
    private ResidentExecutable? FindIdle(TensorShape input, RunLayers layers, Type? binding)
    {
        ResidentExecutable? found = null;
        foreach (ResidentExecutable candidate in _resident)
        {
            if (!candidate.IsBusy && IsFree(candidate.Executable.Place) && candidate.Runs(input, layers, binding))
            {
                if (binding is null)
                {
                    return candidate;
                }

                found = found is null || candidate.LastUse < found.LastUse ? candidate : found;
            }
        }

        return found;
    }

    private bool IsFree(Place place) => !place.IsExclusive || _running[place.Index] == 0;

    private ResidentExecutable Load(TensorShape input, RunLayers layers, Type? binding)
    {
        ExecutionPlan plan = Planner.Plan(model.Graph, input, layers.Published, model.Backend.Layout);
        Place place = Reserve(input, layers, binding, out List<ResidentExecutable> evicted);
        try
        {
            evicted.ForEach(e => e.Dispose());
            float[] output = binding is null ? NewOutput(plan) : [];
            ResidentExecutable loaded = new(model.Load(plan, place, binding), output);
            using (Uninterrupted.Enter(_lock))
            {
                loaded.IsBusy = true;
                loaded.LastUse = ++_clock;
                _resident.Add(loaded);
                _loading--;
            }

            return loaded;
        }
        catch
        {
            using (Uninterrupted.Enter(_lock))
            {
                _loading--;
                _running[place.Index]--;
                _loaded[place.Index]--;
            }

            throw;
        }
    }

    private static float[] NewOutput(ExecutionPlan plan)
    {
        try
        {
            return new float[checked((int)plan.OutputShape.ElementCount)];
        }
        catch (Exception exception) when (exception is OverflowException or OutOfMemoryException)
        {
            throw new CudaNetException($"an output of {plan.OutputShape} is beyond what this machine can index or hold", exception) { Hint = "Run smaller batches or smaller images." };
        }
    }

    /// <summary>The place for one more, taken; and those who must go for it.</summary>
    private Place Reserve(TensorShape input, RunLayers layers, Type? binding, out List<ResidentExecutable> evicted)
    {
        using (Uninterrupted.Enter(_lock))
        {
            Place place = Choose(input, layers, binding);
            evicted = [];
            while (_resident.Count + _loading >= capacity)
            {
                ResidentExecutable oldest = _resident.Where(e => !e.IsBusy).MinBy(e => e.LastUse)!;
                Remove(oldest);
                evicted.Add(oldest);
            }

            _loading++;
            _running[place.Index]++;
            _loaded[place.Index]++;
            return place;
        }
    }

    /// <summary>Of the places that are free one without such an executable, then one without a run, then the one with the fewest executables.</summary>
    private Place Choose(TensorShape input, RunLayers layers, Type? binding)
    {
        int best = -1;
        (int, int, int) least = default;
        for (int index = 0; index < _places.Length; index++)
        {
            int same = _resident.Count(e => e.Executable.Place.Index == index && e.Runs(input, layers, binding));
            (int, int, int) cost = (same, _running[index], _loaded[index]);
            if ((_places[index] is not { } place || IsFree(place)) && (best < 0 || cost.CompareTo(least) < 0))
            {
                (best, least) = (index, cost);
            }
        }

        return _places[best] ??= model.CreatePlace(best);
    }

    private void Remove(ResidentExecutable executable)
    {
        _resident.Remove(executable);
        _loaded[executable.Executable.Place.Index]--;
    }
}

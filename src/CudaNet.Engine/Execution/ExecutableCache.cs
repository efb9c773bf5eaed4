namespace CudaNet.Engine;

/// <summary>A session's executables by input shape and observed layers, least recently used first to go. Not thread-safe.</summary>
internal sealed class ExecutableCache(int capacity) : IDisposable
{
    /// <summary>Least recently used first.</summary>
    private readonly List<IExecutable> _resident = [];

    public int Count => _resident.Count;

    public long Bytes => _resident.Sum(e => e.Bytes);

    /// <summary>The resident executable, now the most recently used, or null. Allocates nothing.</summary>
    public IExecutable? Find(TensorShape input, ObservedSet observed)
    {
        for (int i = _resident.Count - 1; i >= 0; i--)
        {
            IExecutable candidate = _resident[i];
            if (candidate.Plan.InputShape == input && observed.HasSameLayers(candidate.Plan.Observed))
            {
                _resident.RemoveAt(i);
                _resident.Add(candidate);
                return candidate;
            }
        }

        return null;
    }

    /// <summary>Lets the least recently used go until one more fits.</summary>
    public void MakeRoom()
    {
        while (_resident.Count >= capacity)
        {
            _resident[0].Dispose();
            _resident.RemoveAt(0);
        }
    }

    public void Add(IExecutable executable) => _resident.Add(executable);

    public void Dispose()
    {
        foreach (IExecutable executable in _resident)
        {
            executable.Dispose();
        }

        _resident.Clear();
    }
}

namespace CudaNet.Kernels.Cuda;

/// <summary>Objects that live as long as their owner: disposed of in the reverse of the order in which they were added.</summary>
internal sealed class OwnedObjects : IDisposable
{
    private readonly Stack<IDisposable> _objects = [];

    /// <summary>Takes an object over.</summary>
    public T Add<T>(T owned)
        where T : IDisposable
    {
        _objects.Push(owned);
        return owned;
    }

    /// <summary>Disposes of all that was added so far; more may be added afterwards.</summary>
    public void Dispose()
    {
        while (_objects.TryPop(out IDisposable? owned))
        {
            owned.Dispose();
        }
    }
}

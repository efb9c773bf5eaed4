namespace CudaNet.Engine;

/// <summary>
/// Where executables are loaded and run: a stream with its handles and workspace on a GPU, nothing but a number on a CPU. An executable belongs to one
/// place for life. A session has as many as it may have runs in flight. Backends derive from it what they need; disposed of after its executables.
/// </summary>
public class Place : IDisposable
{
    private int _isDisposed;

    /// <param name="model">The prepared model that makes it.</param>
    /// <param name="index">From 0.</param>
    public Place(PreparedModel model, int index)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        Index = index;
    }

    /// <summary>The model that is run here.</summary>
    public PreparedModel Model { get; }

    /// <summary>Which place of its owner, from 0.</summary>
    public int Index { get; }

    /// <summary>True where the executables of this place share something, so that one of them at a time may have a run in flight.</summary>
    public virtual bool IsExclusive => false;

    /// <summary>Bytes of the buffers that its executables use in turn; each of them counts what it uses as its <see cref="Executable.SharedBytes"/>, too.</summary>
    public virtual long Bytes => 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            try
            {
                Dispose(disposing: true);
            }
            finally
            {
                Model.Release();
            }

            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Releases what a derived place owns. Called once, while the model is still there.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

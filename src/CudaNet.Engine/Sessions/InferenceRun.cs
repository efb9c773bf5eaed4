namespace CudaNet.Engine;

/// <summary>
/// A run that its holder pulls forward, layer by layer. One call at a time, on any thread. It keeps its place until it is disposed of, or until a call of it
/// throws. A small value: copies are the same run, and once that has ended neither they nor a second <see cref="Dispose"/> can touch a later one.
/// </summary>
/// <example><c>using InferenceRun run = session.Start(image, ["layer1.1.act2"]); while (run.Next(out Observation o)) { … } … run.Output</c></example>
public readonly struct InferenceRun : IDisposable
{
    private readonly RunHandle? _handle;
    private readonly long _generation;

    internal InferenceRun(RunHandle handle, long generation)
    {
        _handle = handle;
        _generation = generation;
    }

    /// <summary>
    /// The output, N×classes for a classifier, valid until the run is disposed of. Computes what is left first, passing over layers not yet pulled;
    /// exceptions are those of <see cref="Next"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The run was started with a binding, which has the output.</exception>
    public ReadOnlySpan<float> Output
    {
        get
        {
            RunHandle handle = Enter();
            try
            {
                handle.Run.Complete();
                ReadOnlySpan<float> output = handle.Run.Output;
                handle.Run.Leave();
                return output;
            }
            catch
            {
                handle.End();
                throw;
            }
        }
    }

    /// <summary>The shape of <see cref="Output"/>.</summary>
    public TensorShape OutputShape
    {
        get
        {
            RunHandle handle = Enter();
            TensorShape shape = handle.Run.OutputShape;
            Leave(handle);
            return shape;
        }
    }

    /// <summary>What the run was started with to be known by, or null.</summary>
    public object? Tag
    {
        get
        {
            RunHandle handle = Enter();
            object? tag = handle.Run.Tag;
            Leave(handle);
            return tag;
        }
    }

    /// <summary>
    /// Computes up to the next of the run's layers, in execution order; false when all are passed and the output has arrived. Attached observers
    /// are called on the way, on this thread; if one throws, the run ends and the exception comes out unchanged.
    /// </summary>
    /// <param name="observation">The layer's values on the host, valid until the next call of this run.</param>
    /// <exception cref="OperationCanceledException">Cancelled, or abandoned by another thread.</exception>
    /// <exception cref="InvalidOperationException">Another call of the run is in progress; it is not harmed.</exception>
    /// <exception cref="ObjectDisposedException">The run has ended, or the session was disposed of.</exception>
    public bool Next(out Observation observation)
    {
        RunHandle handle = Enter();
        try
        {
            bool isLayer = handle.Run.Next(out observation);
            handle.Run.Leave();
            return isLayer;
        }
        catch
        {
            handle.End();
            throw;
        }
        finally
        {
            GC.KeepAlive(handle);
        }
    }

    /// <summary>Computes what is left, passing over layers not yet pulled: the output is there when it returns. Exceptions are those of <see cref="Next"/>.</summary>
    public void Complete()
    {
        while (Next(out _))
        {
        }
    }

    /// <summary>
    /// Ends the run, at any moment, from any thread: at once on the thread that used it last; from another one at the run's next step, or, where no call of
    /// it is in progress, at its next call, because its holder may still be reading an observation. That call throws <see cref="OperationCanceledException"/>.
    /// </summary>
    public void Abandon() => End(isOwner: false);

    /// <summary>
    /// Ends the run and gives its place to the next. Observations and <see cref="Output"/> are not to be read any more. Where a call is in progress, that
    /// one ends the run at its next step. Idempotent.
    /// </summary>
    public void Dispose() => End(isOwner: true);

    private static void Leave(RunHandle handle)
    {
        try
        {
            handle.Run.Leave();
        }
        catch
        {
            handle.End();
            throw;
        }
    }

    private RunHandle Enter()
    {
        RunHandle handle = _handle ?? throw new ObjectDisposedException(nameof(InferenceRun), "this run was never started");
        handle.Run.Enter(_generation);
        return handle;
    }

    private void End(bool isOwner)
    {
        if (_handle is { } handle && handle.Run.TryEnterToEnd(_generation, isOwner))
        {
            handle.End();
        }
    }
}

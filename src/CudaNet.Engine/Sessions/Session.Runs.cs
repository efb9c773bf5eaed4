using System.Runtime.CompilerServices;

namespace CudaNet.Engine;

/// <content>The forms of a run: pulled; whole, into memory of the caller's or new memory; the same without a thread while waiting.</content>
public sealed partial class Session
{
    /// <summary>
    /// Starts a run that the caller pulls: it returns the named layers, in execution order, and then has the output. The whole input is taken before this
    /// returns, and layers before the first named one may be computed. Waits where <see cref="InferenceOptions.MaxConcurrentRuns"/> are in flight. Allocates nothing where the executable is resident, these names
    /// were used lately, and nobody waits.
    /// </summary>
    /// <param name="input">N×C×H×W.</param>
    /// <param name="layers">Names, aliases or scopes.</param>
    /// <param name="cancellation">Ends the waiting, and the run.</param>
    /// <param name="tag">What observations of this run are to be known by (<see cref="Observation.Tag"/>).</param>
    /// <exception cref="LayerNotFoundException">There is no such layer.</exception>
    /// <exception cref="ShapeException">The model cannot take that shape.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="InvalidOperationException">No place is free, and this thread holds a run of the session.</exception>
    public InferenceRun Start(Tensor input, ReadOnlySpan<string> layers = default, CancellationToken cancellation = default, object? tag = null) =>
        Start(input, _selections.Get(layers), cancellation, tag);

    /// <inheritdoc cref="Start(Tensor, ReadOnlySpan{string}, CancellationToken, object?)"/>
    /// <param name="input">N×C×H×W.</param>
    /// <param name="layers">Made by <see cref="Select"/>.</param>
    /// <param name="cancellation">Ends the waiting, and the run.</param>
    /// <param name="tag">What observations of this run are to be known by.</param>
    public InferenceRun Start(Tensor input, LayerSelection layers, CancellationToken cancellation = default, object? tag = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Start(input, null, input.Shape, Resolve(layers), cancellation, tag);
    }

    /// <summary>Runs a batch. Allocates nothing where the executable is resident and nobody waits.</summary>
    /// <param name="input">N×C×H×W; not to be written to meanwhile.</param>
    /// <param name="output">Receives the output, N×classes for a classifier. Its content is undefined when an exception ends the run.</param>
    /// <param name="cancellation">Ends the waiting, and the run.</param>
    /// <param name="tag">What observations of this run are to be known by.</param>
    /// <exception cref="ShapeException">The model cannot take that shape, or <paramref name="output"/> has another length.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the session stays usable.</exception>
    /// <exception cref="InvalidOperationException">No place is free, and this thread holds a run of the session.</exception>
    public void Run(Tensor input, Span<float> output, CancellationToken cancellation = default, object? tag = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        RunLayers layers = Resolve(_selections.None);
        Whole(_scheduler.Enter(cancellation), input, layers, cancellation, tag, output);
    }

    /// <summary>Runs a batch and returns its output, N×classes for a classifier, in new memory. Otherwise as <see cref="Run(Tensor, Span{float}, CancellationToken, object?)"/>.</summary>
    public Tensor Predict(Tensor input, CancellationToken cancellation = default, object? tag = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Extract(input, _selections.None, cancellation, tag).Output;
    }

    /// <summary>Runs a batch and returns its output and the named layers, in new memory.</summary>
    /// <inheritdoc cref="Start(Tensor, ReadOnlySpan{string}, CancellationToken, object?)"/>
    public LayerOutputs Extract(Tensor input, ReadOnlySpan<string> layers, CancellationToken cancellation = default, object? tag = null) =>
        Extract(input, _selections.Get(layers), cancellation, tag);

    /// <summary>Runs a batch and returns its output and the selected layers, in new memory.</summary>
    /// <inheritdoc cref="Start(Tensor, LayerSelection, CancellationToken, object?)"/>
    public LayerOutputs Extract(Tensor input, LayerSelection layers, CancellationToken cancellation = default, object? tag = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        RunLayers resolved = Resolve(layers);
        return Whole(_scheduler.Enter(cancellation), input, resolved, cancellation, tag);
    }

    /// <summary>
    /// As <see cref="Run(Tensor, Span{float}, CancellationToken, object?)"/>, computing on a pool thread, to which the caller's execution context flows. Waiting for
    /// a place holds no thread and ends at once when cancelled. Allocates its task.
    /// </summary>
    public async Task RunAsync(Tensor input, Memory<float> output, CancellationToken cancellation = default, object? tag = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        RunLayers layers = Resolve(_selections.None);
        Whole(await OnPoolThread(_scheduler.EnterAsync(cancellation)), input, layers, cancellation, tag, output.Span);
    }

    /// <summary>As <see cref="Predict(Tensor, CancellationToken, object?)"/>, in the way of <see cref="RunAsync"/>.</summary>
    public async Task<Tensor> PredictAsync(Tensor input, CancellationToken cancellation = default, object? tag = null) =>
        (await ExtractAsync(input, _selections.None, cancellation, tag).ConfigureAwait(false)).Output;

    /// <summary>As <see cref="Extract(Tensor, ReadOnlySpan{string}, CancellationToken, object?)"/>, in the way of <see cref="RunAsync"/>.</summary>
    public Task<LayerOutputs> ExtractAsync(Tensor input, ReadOnlySpan<string> layers, CancellationToken cancellation = default, object? tag = null) =>
        ExtractAsync(input, _selections.Get(layers), cancellation, tag);

    /// <summary>As <see cref="Extract(Tensor, LayerSelection, CancellationToken, object?)"/>, in the way of <see cref="RunAsync"/>.</summary>
    public async Task<LayerOutputs> ExtractAsync(Tensor input, LayerSelection layers, CancellationToken cancellation = default, object? tag = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        RunLayers resolved = Resolve(layers);
        return Whole(await OnPoolThread(_scheduler.EnterAsync(cancellation)), input, resolved, cancellation, tag);
    }

    /// <summary>A pulled run, on host memory or on a binding: one of the two is null. The binding's shape was read before: it may throw.</summary>
    private InferenceRun Start(Tensor? input, RunBinding? binding, TensorShape shape, RunLayers layers, CancellationToken cancellation, object? tag)
    {
        RunHandle handle = _scheduler.Enter(cancellation);
        long generation = _scheduler.Begin(handle, shape, layers, binding?.GetType(), tag, isPulled: true, cancellation);
        try
        {
            if (binding is null)
            {
                handle.Run.Start(input!.Values);
            }
            else
            {
                handle.Run.Start(binding);
            }

            handle.Run.Leave();
        }
        catch
        {
            handle.End();
            throw;
        }

        return new InferenceRun(handle, generation);
    }

    /// <summary>Goes on on a pool thread also where the place was free at once: the caller's is for its own work. A refusal is there at once.</summary>
    private static ConfiguredTaskAwaitable<RunHandle> OnPoolThread(Task<RunHandle> entering) =>
        entering.ConfigureAwait(entering.IsFaulted || entering.IsCanceled ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);

    /// <summary>A run from beginning to end on this thread, in a place that was entered.</summary>
    private void Whole(RunHandle handle, Tensor input, RunLayers layers, CancellationToken cancellation, object? tag, Span<float> output)
    {
        BeginWhole(handle, input.Shape, null, layers, cancellation, tag);
        try
        {
            handle.Run.Complete(input.Values, output);
        }
        finally
        {
            EndWhole(handle);
        }
    }

    private LayerOutputs Whole(RunHandle handle, Tensor input, RunLayers layers, CancellationToken cancellation, object? tag)
    {
        BeginWhole(handle, input.Shape, null, layers, cancellation, tag);
        try
        {
            Dictionary<LayerNode, Tensor> values = [];
            handle.Run.Start(input.Values);
            while (handle.Run.Next(out Observation observation))
            {
                values.Add(observation.Layer, new Tensor(observation.Shape, observation.Values.ToArray()));
            }

            return new LayerOutputs(Graph, new Tensor(handle.Run.OutputShape, handle.Run.Output.ToArray()), values);
        }
        finally
        {
            EndWhole(handle);
        }
    }

    private void BeginWhole(RunHandle handle, TensorShape shape, Type? binding, RunLayers layers, CancellationToken cancellation, object? tag)
    {
        try
        {
            _scheduler.BeginWaitedFor();
        }
        catch
        {
            _scheduler.Leave(handle);
            throw;
        }

        try
        {
            _scheduler.Begin(handle, shape, layers, binding, tag, isPulled: false, cancellation);
        }
        catch
        {
            _scheduler.EndWaitedFor();
            throw;
        }

        try
        {
            handle.Run.EnterThread();
        }
        catch
        {
            End(handle);
            throw;
        }
    }

    private void EndWhole(RunHandle handle)
    {
        handle.Run.LeaveThread();
        End(handle);
    }

    private void End(RunHandle handle)
    {
        try
        {
            handle.End();
        }
        finally
        {
            _scheduler.EndWaitedFor();
        }
    }
}

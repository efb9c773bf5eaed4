namespace CudaNet.Engine;

/// <summary>
/// A plan ready to run: owns its buffers. A run is started, advanced from one published stage to the next, and finished or abandoned by whoever holds it,
/// on any thread, one call at a time; one run in flight. After the first run nothing is allocated and nothing decided. After an exception the run is
/// abandoned and the executable is ready for the next.
/// </summary>
/// <remarks>What stands here checks, keeps the order, and publishes an observed input; a backend implements the other part.</remarks>
public abstract partial class Executable : IDisposable
{
    private readonly float[] _observedInput;
    private readonly int _inputElements;
    private readonly int _outputElements;
    private RunControl _control = RunControl.None;
    private RunBinding? _binding;
    private State _state;

    /// <param name="plan">What it runs.</param>
    /// <param name="place">Where.</param>
    /// <param name="binding">The type of binding its runs have; null for host memory.</param>
    /// <exception cref="CudaNetException">Input or output are beyond what an array can index.</exception>
    protected Executable(ExecutionPlan plan, Place place, Type? binding)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(place);
        Plan = plan;
        Place = place;
        BindingType = binding;
        try
        {
            _inputElements = checked((int)plan.InputShape.ElementCount);
            _outputElements = checked((int)plan.OutputShape.ElementCount);
            _observedInput = plan.IsInputObserved ? new float[_inputElements] : [];
        }
        catch (Exception exception) when (exception is OverflowException or OutOfMemoryException)
        {
            throw new CudaNetException($"a batch of {plan.InputShape} is beyond what this machine can index or hold", exception) { Hint = "Run smaller batches or smaller images." };
        }
    }

    /// <summary>The plan it runs.</summary>
    public ExecutionPlan Plan { get; }

    /// <summary>Where it runs, for life.</summary>
    public Place Place { get; }

    /// <summary>The type of binding its runs have; null for host memory.</summary>
    public Type? BindingType { get; }

    /// <summary>Bytes of all its buffers: slots, workspaces, host copies of observed values.</summary>
    public long Bytes => BufferBytes + Plan.ObservedInputBytes;

    /// <summary>Does the first run's work on an input of zeros: later runs decide and load nothing.</summary>
    /// <exception cref="CudaNetException">The device refuses.</exception>
    /// <exception cref="InvalidOperationException">A run is in flight.</exception>
    public void WarmUp()
    {
        RequireIdle();
        WarmUpCore();
    }

    /// <summary>Begins a run; takes the whole input before it returns, and may compute what comes before the first published stage.</summary>
    /// <param name="input">The batch, N×C×H×W, of the plan's input shape.</param>
    /// <param name="control">What can end the run; asked until the run is over.</param>
    /// <exception cref="ShapeException"><paramref name="input"/> has another length.</exception>
    /// <exception cref="InvalidOperationException">A run is in flight, or the executable was loaded for another binding.</exception>
    public void Start(ReadOnlySpan<float> input, RunControl? control = null)
    {
        BeginStart(null, control);
        if (input.Length != _inputElements)
        {
            throw new ShapeException($"a run of {Plan.InputShape} takes {_inputElements} values, not {input.Length}");
        }

        try
        {
            _control.ThrowIfStopped();
            input[.._observedInput.Length].CopyTo(_observedInput);
            StartCore(input, _control);
            _state = State.Started;
        }
        catch
        {
            Fail();
            throw;
        }
    }

    /// <summary>Begins a run on other memory than the host's.</summary>
    /// <param name="binding">Of the type that the executable was loaded for, and of the plan's input shape.</param>
    /// <param name="control">What can end the run; asked until the run is over.</param>
    /// <exception cref="ShapeException"><paramref name="binding"/> has another shape.</exception>
    /// <exception cref="InvalidOperationException">A run is in flight, or the executable was loaded for another binding.</exception>
    public void Start(RunBinding binding, RunControl? control = null)
    {
        ArgumentNullException.ThrowIfNull(binding);
        BeginStart(binding, control);
        if (binding.InputShape != Plan.InputShape)
        {
            throw new ShapeException($"a run of {Plan.InputShape} cannot be bound to an input of {binding.InputShape}");
        }

        try
        {
            _control.ThrowIfStopped();
            StartCore(binding, _observedInput, _control);
            _binding = binding;
            _state = State.Started;
        }
        catch
        {
            Fail();
            throw;
        }
    }

    /// <summary>Goes on to the next published stage in execution order; false at the end.</summary>
    /// <param name="stage">Its values on the host, valid until the next call.</param>
    /// <exception cref="OperationCanceledException">The run's <see cref="RunControl"/> ended it.</exception>
    /// <exception cref="InvalidOperationException">No run is in flight.</exception>
    public bool Advance(out Observation stage)
    {
        stage = default;
        if (_state == State.Drained)
        {
            return false;
        }

        if (_state is not (State.Started or State.Running))
        {
            throw NoRun();
        }

        try
        {
            _control.ThrowIfStopped();
            bool isFirst = _state == State.Started;
            _state = State.Running;
            if (isFirst && Plan.IsInputObserved)
            {
                stage = new Observation(Plan.Graph.Input, Plan.InputShape, _observedInput);
                return true;
            }

            if (AdvanceCore(_control, out stage))
            {
                return true;
            }
        }
        catch
        {
            Fail();
            throw;
        }

        _state = State.Drained;
        return false;
    }

    /// <summary>Ends a run that began with host memory: passes over the stages that are left and brings the output.</summary>
    /// <param name="output">Receives the output, of the plan's output shape.</param>
    /// <exception cref="ShapeException"><paramref name="output"/> has another length; the run goes on.</exception>
    /// <exception cref="OperationCanceledException">The run's <see cref="RunControl"/> ended it.</exception>
    /// <exception cref="InvalidOperationException">No such run is in flight.</exception>
    public void Finish(Span<float> output)
    {
        if (_binding is not null)
        {
            throw new InvalidOperationException("the output of this run goes where its binding says");
        }

        CheckOutput(output.Length);
        Drain();
        try
        {
            FinishCore(output);
        }
        catch
        {
            Fail();
            throw;
        }

        EndRun();
    }

    /// <summary>Ends a run that began with a binding: its output is there when this returns.</summary>
    /// <inheritdoc cref="Finish(bool)"/>
    public void Finish() => Finish(waits: true);

    /// <summary>Ends a run that began with a binding.</summary>
    /// <param name="waits">Whether the output is there when this returns; otherwise it comes in the order that the binding says, as far as the backend can.</param>
    /// <exception cref="OperationCanceledException">The run's <see cref="RunControl"/> ended it.</exception>
    /// <exception cref="InvalidOperationException">No such run is in flight.</exception>
    public void Finish(bool waits)
    {
        if (_binding is not { } binding)
        {
            throw NoRun();
        }

        Drain();
        try
        {
            FinishCore(binding, waits);
        }
        catch
        {
            Fail();
            throw;
        }

        EndRun();
    }

    /// <summary>Ends a run at any moment; returns when nothing of it is in flight. Does nothing where there is none.</summary>
    public void Abandon()
    {
        if (_state is State.Started or State.Running or State.Drained)
        {
            Fail();
        }
    }

    /// <summary>Releases every buffer, after abandoning a run in flight, and the claim on the prepared model. Idempotent.</summary>
    public void Dispose()
    {
        if (_state == State.Disposed)
        {
            return;
        }

        Abandon();
        _state = State.Disposed;
        try
        {
            DisposeCore();
        }
        finally
        {
            Place.Model.Release();
        }

        GC.SuppressFinalize(this);
    }
}

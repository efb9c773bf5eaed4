namespace CudaNet.Engine;

/// <content>Where a run stands, and how it ends.</content>
public abstract partial class Executable
{
    private enum State
    {
        Idle,
        Started,
        Running,
        Drained,
        Disposed,
    }

    /// <exception cref="ShapeException">The output has another length.</exception>
    internal void CheckOutput(int length)
    {
        if (length != _outputElements)
        {
            throw new ShapeException($"the output of an input {Plan.InputShape} is {Plan.OutputShape}: {length} values were offered for it");
        }
    }

    private static InvalidOperationException NoRun() => new("no run is in flight: start one");

    /// <summary>The caller goes through a run on this thread, up to <see cref="Leave"/>, which is called whatever happens.</summary>
    internal void Enter() => EnterCore();

    internal void Leave() => LeaveCore();

    private void RequireIdle()
    {
        ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
        if (_state != State.Idle)
        {
            throw new InvalidOperationException("a run is in flight: finish or abandon it first");
        }
    }

    private void BeginStart(RunBinding? binding, RunControl? control)
    {
        RequireIdle();
        if (binding?.GetType() != BindingType)
        {
            throw new InvalidOperationException($"this executable was loaded for {BindingType?.Name ?? "host memory"}, not {binding?.GetType().Name ?? "host memory"}");
        }

        _control = control ?? RunControl.None;
    }

    private void Drain()
    {
        while (Advance(out _))
        {
        }
    }

    private void Fail()
    {
        try
        {
            AbandonCore();
        }
        finally
        {
            EndRun();
        }
    }

    private void EndRun()
    {
        _control = RunControl.None;
        _binding = null;
        _state = State.Idle;
    }
}

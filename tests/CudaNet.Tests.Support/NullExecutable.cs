using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>Publishes known values from one buffer that each stage overwrites, and watches how it is called.</summary>
public sealed class NullExecutable : Executable
{
    private readonly NullModel _model;
    private readonly NullPlace _place;
    private readonly (PlanStage Stage, int Step)[] _stages;
    private readonly float[] _values;
    private float _first;
    private int _next;
    private bool _isInFlight;
    private bool _isDisposed;
    private int _calls;

    public NullExecutable(ExecutionPlan plan, NullPlace place, Type? binding, NullModel model)
        : base(plan, place, binding)
    {
        _model = model;
        _place = place;
        _stages = [.. plan.Steps.SelectMany(s => s.Stages.Select(t => (t, s.Index)))];
        _values = new float[_stages.Max(s => s.Stage.Shape.ElementCount)];
        place.ExecutableCame();
    }

    public override IReadOnlyList<StepChoice> Choices => [.. Plan.Steps.Select(_ => new StepChoice("nothing", 0))];

    protected override long BufferBytes => sizeof(float) * (long)_values.Length;

    protected override void StartCore(ReadOnlySpan<float> input, RunControl control) => Begin(input[0]);

    protected override void StartCore(RunBinding binding, Span<float> observedInput, RunControl control)
    {
        double[] input = ((NullBinding)binding).Input;
        for (int i = 0; i < observedInput.Length; i++)
        {
            observedInput[i] = (float)input[i];
        }

        Begin((float)input[0]);
    }

    protected override bool AdvanceCore(RunControl control, out Observation stage)
    {
        Enter("advanced", isInFlight: true);
        try
        {
            stage = default;
            while (_next < _stages.Length)
            {
                (PlanStage next, int step) = _stages[_next];
                if (_next == 0 || _stages[_next - 1].Step != step)
                {
                    control.ThrowIfStopped();
                }

                _model.Gate?.Pass(next.Node, _first);
                _next++;
                if (next.IsObserved)
                {
                    Span<float> values = _values.AsSpan(0, (int)next.Shape.ElementCount);
                    NullValues.Fill(next.Node.Index, _first, values);
                    stage = new Observation(next.Node, next.Shape, values);
                    return true;
                }
            }

            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _calls);
        }
    }

    protected override void FinishCore(Span<float> output)
    {
        Enter("finished", isInFlight: true);
        NullValues.Fill(Plan.Graph.Output.Index, _first, output);
        End();
        Interlocked.Decrement(ref _calls);
    }

    protected override void FinishCore(RunBinding binding, bool waits)
    {
        Enter("finished", isInFlight: true);
        double[] output = ((NullBinding)binding).Output;
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = NullValues.At(Plan.Graph.Output.Index, i, _first);
        }

        End();
        Interlocked.Decrement(ref _calls);
    }

    protected override void AbandonCore()
    {
        // A run that was stopped before it began is abandoned too.
        Enter("abandoned", isInFlight: _isInFlight);
        if (_isInFlight)
        {
            End();
        }

        Interlocked.Decrement(ref _calls);
    }

    protected override void DisposeCore()
    {
        Enter("disposed of", isInFlight: false);
        _isDisposed = true;
        _model.Ledger.Disposed.Add();
        _place.ExecutableWent();
        _model.ExecutableGone();
        Interlocked.Decrement(ref _calls);
    }

    private void Begin(float first)
    {
        Enter("started", isInFlight: false);
        _first = first;
        _next = 0;
        _isInFlight = true;
        _place.RunBegan();
        _model.Ledger.Started.Add();
        _model.Ledger.NoteInFlight();
        Interlocked.Decrement(ref _calls);
    }

    private void End()
    {
        _isInFlight = false;
        Array.Fill(_values, float.NaN);
        _place.RunEnded();
        _model.Ledger.Ended.Add();
    }

    private void Enter(string call, bool isInFlight)
    {
        if (Interlocked.Increment(ref _calls) != 1)
        {
            _model.Ledger.Violate($"an executable was {call} during another call");
        }

        if (_isDisposed)
        {
            _model.Ledger.Violate($"an executable was {call} after it was disposed of");
        }

        if (_isInFlight != isInFlight)
        {
            _model.Ledger.Violate($"an executable was {call} with {(_isInFlight ? "a" : "no")} run in flight");
        }
    }
}

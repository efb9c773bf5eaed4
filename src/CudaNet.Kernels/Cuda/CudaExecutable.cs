using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A program with its memory, and the form in which its passes reach the device. Everything of an executable goes through its place's two streams, so that a buffer
/// is used again in their order. Nothing is chosen or allocated in a run after the first.
/// </summary>
internal sealed class CudaExecutable : Executable
{
    private readonly CudaContext _context;
    private readonly CudaPlace _place;
    private readonly CudaProgram _program;
    private readonly OwnedObjects _owned = new();
    private readonly PassEnds _ends;
    private readonly PassForm _form;
    private readonly PassTimer? _timer;
    private ThreadEntry _entry;

    /// <param name="plan">What it runs.</param>
    /// <param name="place">Where.</param>
    /// <param name="binding">The type of binding of its runs; null for host memory.</param>
    /// <param name="context">Current.</param>
    /// <param name="program">Of the plan, not allocated yet.</param>
    /// <param name="options">Whether graphs are made, and who is told of measured passes.</param>
    /// <param name="checksRange">Whether infinite results of finite inputs are refused.</param>
    public CudaExecutable(ExecutionPlan plan, CudaPlace place, Type? binding, CudaContext context, CudaProgram program, CudaOptions options, bool checksRange)
        : base(plan, place, binding)
    {
        (_context, _place, _program) = (context, place, program);
        BufferBytes = program.Bytes;
        try
        {
            program.Arena.Allocate(context);
            place.Memory.Lend(program.Scratch);
            StageMemory stages = _owned.Add(new StageMemory(context, program.Host));
            _ends = _owned.Add(CudaBindings.EndsOf(binding, context, program, checksRange));
            using (Uninterrupted.Enter(place.Capturing))
            {
                foreach (CudaStep step in program.Steps)
                {
                    step.Initialise(place.Stream);
                }

                place.Stream.Synchronize();
            }

            _timer = options.PassMeasured is { } measured ? _owned.Add(new PassTimer(context, place.Stream, measured)) : null;
            bool isWhole = program.Host.ArePinned && program.Host.Pinned.Count == program.Publications.Length;
            _form = isWhole
                ? _owned.Add(new WholePass(program, place, stages, _ends, _timer, options.Graph == CudaGraphs.On))
                : _owned.Add(new StagewisePass(program, place, stages, _ends, _timer));
        }
        catch
        {
            using (Uninterrupted.Enter(place.Capturing))
            {
                place.Stream.Quiesce();
            }

            _owned.Dispose();
            place.Memory.Return(program.Scratch);
            throw;
        }
    }

    public override IReadOnlyList<StepChoice> Choices => _program.Choices;

    public override string PassText => _form.Text;

    public override long SharedBytes => _program.Scratch.Bytes;

    protected override long BufferBytes { get; }

    protected override void StartCore(ReadOnlySpan<float> input, RunControl control)
    {
        using ContextScope scope = _entry.Push(_context);
        Begin();
        ((HostEnds)_ends).Take(_place.Stream, input);
        Start(control);
    }

    protected override void StartCore(RunBinding binding, Span<float> observedInput, RunControl control)
    {
        using ContextScope scope = _entry.Push(_context);
        Begin();
        ((BoundEnds)_ends).Take(_place.Stream, binding, Plan.OutputShape, observedInput);
        Start(control);
    }

    protected override bool AdvanceCore(RunControl control, out Observation stage)
    {
        stage = default;
        if (_form.IsDrained)
        {
            return false;
        }

        using ContextScope scope = Resume();
        _timer?.Resume();
        try
        {
            return _form.Advance(control, out stage);
        }
        finally
        {
            _timer?.Pause();
        }
    }

    protected override void FinishCore(Span<float> output)
    {
        using ContextScope scope = Resume();
        _form.Finish(waits: true);
        ((HostEnds)_ends).Receive(_place.Stream, output);
        _timer?.End();
        _place.Leave(this);
    }

    protected override void FinishCore(RunBinding binding, bool waits)
    {
        using ContextScope scope = Resume();
        BoundEnds ends = (BoundEnds)_ends;
        _form.Finish(waits || ends.IsOutputOnHost || _timer is not null);
        ends.Receive(_place.Stream);
        _timer?.End();
        _place.Leave(this);
    }

    protected override void WarmUpCore()
    {
        using ContextScope scope = _context.Push();
        _place.Take(this);
        try
        {
            _ends.EnqueueZeros(_place.Stream);
            _form.Start(RunControl.None, isRehearsal: true);
            while (_form.Advance(RunControl.None, out _))
            {
            }

            _form.Finish(waits: true);
        }
        catch
        {
            _place.Quiesce();
            throw;
        }
        finally
        {
            _place.Leave(this);
        }
    }

    protected override void AbandonCore()
    {
        if (_place.IsHeldBy(this))
        {
            using ContextScope scope = _context.PushToRelease();
            _place.Quiesce();
            _place.Leave(this);
        }
    }

    protected override void EnterCore() => _entry.Enter(_context);

    protected override void LeaveCore() => _entry.Leave();

    protected override void DisposeCore()
    {
        using ContextScope scope = _context.PushToRelease();
        if (BindingType is not null)
        {
            // A run that was not waited for; meanwhile the place may be another executable's.
            using (Uninterrupted.Enter(_place.Capturing))
            {
                _place.Quiesce();
            }
        }

        _owned.Dispose();
        _place.Memory.Return(_program.Scratch);
        _program.Dispose();
    }

    private ContextScope Resume() => _form.QueuesLater ? _entry.PushAgain(_context) : _entry.Push(_context);

    private void Begin()
    {
        _place.Take(this);
        _timer?.Begin();
    }

    private void Start(RunControl control)
    {
        _form.Start(control, isRehearsal: false);
        _timer?.Pause();
    }
}

using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A program with its memory. A run queues as far as the host has room for published stages, then waits for one after the other; whatever is queued goes into
/// one stream, so that a buffer is used again in its order. Nothing is chosen or allocated in a run.
/// </summary>
internal sealed class CudaExecutable : Executable
{
    private const int Attempts = 3;

    private readonly CudaContext _context;
    private readonly CudaPlace _place;
    private readonly CudaProgram _program;
    private readonly HostMemory _host;
    private readonly PassTimer? _timer;
    private readonly bool _checksRange, _isPinned;
    private int _step, _published, _queued, _delivered;

    /// <param name="plan">What it runs.</param>
    /// <param name="place">Where.</param>
    /// <param name="context">Current.</param>
    /// <param name="program">Of the plan, not allocated yet.</param>
    /// <param name="options">Limits.</param>
    /// <param name="areWeightsFinite">Whether infinite results can only come of the precision.</param>
    public CudaExecutable(ExecutionPlan plan, CudaPlace place, CudaContext context, CudaProgram program, CudaOptions options, bool areWeightsFinite)
        : base(plan, place, binding: null)
    {
        (_context, _place, _program) = (context, place, program);
        _checksRange = areWeightsFinite && options.Precision == ArithmeticPrecision.Float16;
        program.Arena.Allocate(context);
        HostMemoryPlan host = HostPlan(program, options);
        BufferBytes = program.Arena.Bytes + host.Bytes;
        _isPinned = host.ArePinned;
        _host = new HostMemory(context, checked((int)program.Input.Bytes), program.Output.Bytes, host);
        try
        {
            foreach (CudaStep step in program.Steps)
            {
                step.Initialise(place.Stream);
            }

            place.Stream.Synchronize();
            _timer = options.PassMeasured is { } measured ? new PassTimer(context, place.Stream, measured) : null;
        }
        catch
        {
            Quiesce();
            _host.Dispose();
            throw;
        }
    }

    public override IReadOnlyList<StepChoice> Choices => _program.Choices;

    protected override long BufferBytes { get; }

    /// <summary>How a program's values lie on the host.</summary>
    public static HostMemoryPlan HostPlan(CudaProgram program, CudaOptions options) =>
        new(program.Input.Bytes, program.Output.Bytes, [.. program.Publications.Select(p => p.Bytes)], options.PinnedLimitBytes);

    protected override void StartCore(ReadOnlySpan<float> input, RunControl control)
    {
        using ContextScope scope = _context.Push();
        (_step, _published, _queued, _delivered) = (-1, 0, 0, 0);
        _timer?.Begin();
        _host.Send(_place.Stream, input, _program.Input.Slice);
        _timer?.Sent();
        foreach (InputForm form in _program.InputForms)
        {
            form.Enqueue(_place.Stream);
        }

        QueueAhead(control);
        _timer?.Pause();
    }

    protected override bool AdvanceCore(RunControl control, out Observation stage)
    {
        using ContextScope scope = _context.Push();
        _timer?.Resume();
        QueueAhead(control);
        _timer?.Pause();
        if (_delivered == _program.Publications.Length)
        {
            stage = default;
            return false;
        }

        Publication next = _program.Publications[_delivered];
        stage = new Observation(next.Node, next.Shape, _host.Receive(_place.Stream, _delivered++, next));
        return true;
    }

    protected override void FinishCore(Span<float> output)
    {
        using ContextScope scope = _context.Push();
        _host.ReceiveOutput(_place.Stream, _program.Output, output);
        if (_timer is not null)
        {
            // Memory that is not pinned is copied only now.
            if (!_isPinned)
            {
                _timer.Received();
            }

            _timer.End();
        }

        if (_checksRange)
        {
            HalfRange.Require(_host.KeptInput, output, _program.Output.Node);
        }
    }

    protected override void AbandonCore()
    {
        using ContextScope scope = _context.PushToRelease();
        Quiesce();
    }

    protected override void DisposeCore()
    {
        using ContextScope scope = _context.PushToRelease();
        _timer?.Dispose();
        _host.Dispose();
        _program.Dispose();
    }

    /// <summary>Queues steps and published stages, as far as the host has room for stages that nobody has seen.</summary>
    private void QueueAhead(RunControl control)
    {
        while (_step < _program.Steps.Length)
        {
            while (_step >= 0 && _published < _program.PublishedBySteps[_step])
            {
                if (_queued - _delivered == _host.Ahead)
                {
                    return;
                }

                Publication publication = _program.Publications[_queued];
                publication.Enqueue(_place.Stream);
                _host.Fetch(_place.Stream, _queued++, publication);
                _published++;
            }

            if (++_step == _program.Steps.Length)
            {
                _program.Output.Enqueue(_place.Stream);
                _timer?.Computed();
                _host.FetchOutput(_place.Stream, _program.Output);
                _timer?.Received();
                return;
            }

            control.ThrowIfStopped();
            _published = 0;
            _program.Steps[_step].Enqueue(_place);
        }
    }

    /// <summary>Returns when nothing is in flight. A wait that fails is tried again: what would be freed under the work of a device is worse than a late answer.</summary>
    private void Quiesce()
    {
        for (int attempt = 0; attempt < Attempts && _context.Device.Fault is null; attempt++)
        {
            try
            {
                _place.Stream.Synchronize();
                return;
            }
            catch (CudaNetException)
            {
                // Whoever queued the work has thrown already, or the next call will.
            }
        }
    }
}

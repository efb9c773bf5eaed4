using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A program with its memory. A run queues as far as the host has room for published stages, then waits for one after the other; whatever is queued goes into
/// one stream, so that a buffer is used again in its order. Nothing is chosen or allocated in a run.
/// </summary>
internal sealed class CudaExecutable : Executable
{
    private readonly CudaContext _context;
    private readonly CudaPlace _place;
    private readonly CudaProgram _program;
    private readonly HostMemory _host;
    private readonly PassTimer? _timer;
    private readonly bool _checksRange;
    private bool _isInputFinite;
    private int _step, _published, _queued, _delivered;

    /// <param name="plan">What it runs.</param>
    /// <param name="place">Where.</param>
    /// <param name="context">Current.</param>
    /// <param name="program">Of the plan, not allocated yet.</param>
    /// <param name="options">Who is told of measured passes.</param>
    /// <param name="checksRange">Whether infinite results of finite inputs are refused.</param>
    public CudaExecutable(ExecutionPlan plan, CudaPlace place, CudaContext context, CudaProgram program, CudaOptions options, bool checksRange)
        : base(plan, place, binding: null)
    {
        (_context, _place, _program, _checksRange) = (context, place, program, checksRange);
        program.Arena.Allocate(context);
        BufferBytes = program.Arena.Bytes + program.Host.Bytes;
        _host = new HostMemory(context, (int)program.Input.Bytes, program.Output.Bytes, program.Host);
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
            place.Stream.Quiesce();
            _host.Dispose();
            throw;
        }
    }

    public override IReadOnlyList<StepChoice> Choices => _program.Choices;

    protected override long BufferBytes { get; }

    protected override void StartCore(ReadOnlySpan<float> input, RunControl control)
    {
        using ContextScope scope = _context.Push();
        (_step, _published, _queued, _delivered) = (-1, 0, 0, 0);
        _isInputFinite = _program.Host.ArePinned || !_checksRange || HalfRange.AreFinite(input);
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
        stage = default;
        bool isDelivered = _delivered == _program.Publications.Length;
        if (isDelivered && _step == _program.Steps.Length)
        {
            return false;
        }

        using ContextScope scope = _context.Push();
        _timer?.Resume();
        QueueAhead(control);
        _timer?.Pause();
        if (isDelivered)
        {
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
            if (!_program.Host.ArePinned)
            {
                _timer.Received();
            }

            _timer.End();
        }

        if (_checksRange && _isInputFinite)
        {
            HalfRange.Require(_host.KeptInput, output, _program.Output.Node);
        }
    }

    protected override void AbandonCore()
    {
        using ContextScope scope = _context.PushToRelease();
        _place.Stream.Quiesce();
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

            if (_queued > _delivered && !_host.FetchesAhead)
            {
                // It still lies where later steps may store.
                return;
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
}

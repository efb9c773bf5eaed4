using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A pass that is queued as a whole: call by call the first time, which loads and warms up whatever it uses, then by one launch of the graph that is captured of
/// the same calls. Where that fails, it stays as the first time.
/// </summary>
internal sealed class WholePass : PassForm
{
    private readonly CudaProgram _program;
    private readonly CudaPlace _place;
    private readonly StageMemory _stages;
    private readonly PassEnds _ends;
    private readonly PassTimer? _timer;
    private readonly PassQueue _queue;
    private CudaGraphExec? _graph;
    private string? _whyNoGraph;
    private int _delivered;
    private int _nodes;

    /// <param name="program">Allocated.</param>
    /// <param name="place">Where.</param>
    /// <param name="stages">With a buffer for each published stage.</param>
    /// <param name="ends">Of the runs.</param>
    /// <param name="timer">Null where nobody measures.</param>
    /// <param name="mayCapture">False: no graph is made.</param>
    public WholePass(CudaProgram program, CudaPlace place, StageMemory stages, PassEnds ends, PassTimer? timer, bool mayCapture)
    {
        (_program, _place, _stages, _ends, _timer) = (program, place, stages, ends, timer);
        _queue = new PassQueue(program, place, stages, ends, timer);
        bool needsMarks = program.Publications.Length > 0 || timer is not null;
        _whyNoGraph = !mayCapture ? $"{nameof(CudaOptions.Graph)} is {CudaGraphs.Off}"
            : needsMarks && !place.Stream.Context.HasExternalEvents ? "the driver is older than 11.1, whose graphs cannot say that an observed layer has arrived"
            : null;
    }

    public override string Text => _graph is not null ? $"one launch of a graph of {_nodes} nodes"
        : _whyNoGraph is not null ? $"call by call: {_whyNoGraph}"
        : "call by call the first time, then by one launch of a graph";

    public override bool IsDrained => _delivered == _program.Publications.Length;

    public override bool QueuesLater => _graph is null && _whyNoGraph is null;

    public override void Start(RunControl control, bool isRehearsal)
    {
        _delivered = 0;
        if (!isRehearsal)
        {
            _ends.EnqueueHead(_place.Stream, _timer);
        }

        if (_graph is not null)
        {
            _graph.Launch(_place.Stream);
        }
        else
        {
            _queue.Enqueue(control, isCapturing: false);
        }

        if (!isRehearsal)
        {
            _ends.EnqueueTail(_place.Stream);
            _timer?.Received();
        }
    }

    public override bool Advance(RunControl control, out Observation stage)
    {
        stage = default;
        if (IsDrained)
        {
            return false;
        }

        Publication next = _program.Publications[_delivered];
        stage = new Observation(next.Node, next.Shape, _stages.Receive(_place.CopyStream, _delivered++, next));
        return true;
    }

    /// <remarks>The first pass is waited for in any case: what it used is loaded then, and the streams are empty, as a capture wants them.</remarks>
    public override void Finish(bool waits)
    {
        bool isFirst = QueuesLater;
        if (waits || isFirst)
        {
            _place.Stream.Synchronize();
        }

        if (isFirst)
        {
            Capture();
        }
    }

    public override void Dispose() => _graph?.Dispose();

    /// <exception cref="DeviceFaultedException">The device faulted.</exception>
    private void Capture()
    {
        CudaGraphExec? made = null;
        using Lock.Scope capturing = Uninterrupted.Enter(_place.Capturing);
        try
        {
            using StreamCapture capture = _place.Stream.BeginCapture();
            _queue.Enqueue(RunControl.None, isCapturing: true);
            using CudaGraph graph = capture.End();
            _nodes = graph.NodeCount;
            if (_nodes < _queue.Operations)
            {
                _whyNoGraph = $"the graph has {_nodes} nodes for {_queue.Operations} operations: some ran outside the capture";
                _place.Quiesce();
                return;
            }

            made = graph.Instantiate();
            made.Upload(_place.Stream);
            _place.Stream.Synchronize();
            _graph = made;
        }
        catch (CudaNetException exception) when (exception is not DeviceFaultedException)
        {
            made?.Dispose();
            _place.Quiesce();
            if (_place.Stream.Context.Device.Fault is { } fault)
            {
                throw new DeviceFaultedException(fault);
            }

            _whyNoGraph = exception.Message;
        }
        catch
        {
            made?.Dispose();
            throw;
        }
    }
}

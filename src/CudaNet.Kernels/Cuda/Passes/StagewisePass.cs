using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A pass whose published stages have no host memory each: it is queued call by call as far as there is room, in one stream, and waits for whoever looks at a
/// stage.
/// </summary>
internal sealed class StagewisePass(CudaProgram program, CudaPlace place, StageMemory stages, PassEnds ends, PassTimer? timer) : PassForm
{
    private int _step, _published, _queued, _delivered;
    private bool _isRehearsal;

    public override string Text => program.Host.ArePinned
        ? $"call by call: observed layers take turns in {(stages.FetchesAhead ? "two pinned buffers" : "memory that is not pinned")}, as more would pass {nameof(CudaOptions.PinnedLimitBytes)}"
        : $"call by call: input and output are beyond {nameof(CudaOptions.PinnedLimitBytes)}";

    public override bool IsDrained => _delivered == program.Publications.Length && _step == program.Steps.Length;

    public override bool QueuesLater => true;

    public override void Start(RunControl control, bool isRehearsal)
    {
        (_step, _published, _queued, _delivered, _isRehearsal) = (-1, 0, 0, 0, isRehearsal);
        if (!isRehearsal)
        {
            ends.EnqueueHead(place.Stream, timer);
        }

        ends.EnqueueFirst(place.Stream, timer, isCapturing: false);
        QueueAhead(control);
    }

    public override bool Advance(RunControl control, out Observation stage)
    {
        stage = default;
        QueueAhead(control);
        if (_delivered == program.Publications.Length)
        {
            return false;
        }

        Publication next = program.Publications[_delivered];
        stage = new Observation(next.Node, next.Shape, stages.Receive(place.Stream, _delivered++, next));
        return true;
    }

    public override void Finish(bool waits)
    {
        if (waits)
        {
            place.Stream.Synchronize();
        }
    }

    public override void Dispose()
    {
    }

    /// <summary>Queues steps and published stages, as far as the host has room for stages that nobody has seen.</summary>
    private void QueueAhead(RunControl control)
    {
        while (_step < program.Steps.Length)
        {
            while (_step >= 0 && _published < program.PublishedBySteps[_step])
            {
                if (_queued - _delivered == stages.Ahead)
                {
                    return;
                }

                Publication publication = program.Publications[_queued];
                publication.Enqueue(place.Stream);
                stages.Fetch(place.Stream, _queued++, publication, isCapturing: false);
                _published++;
            }

            if (_queued > _delivered && !stages.FetchesAhead)
            {
                // It still lies where later steps may store.
                return;
            }

            if (++_step == program.Steps.Length)
            {
                ends.EnqueueLast(place.Stream, timer, isCapturing: false);
                if (!_isRehearsal)
                {
                    ends.EnqueueTail(place.Stream);
                    timer?.Received();
                }

                return;
            }

            control.ThrowIfStopped();
            _published = 0;
            program.Steps[_step].Enqueue(place);
        }
    }
}

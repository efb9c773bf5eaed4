using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A plan with its steps and native buffers, and the model whose weights they point to. Computes inside the calls of the run.</summary>
internal sealed unsafe class CpuExecutable(
    ExecutionPlan plan,
    Place place,
    NativeArena arena,
    CpuModel model,
    HostInput[] inputs,
    LoadedStep[] steps,
    HostOutput result,
    HostValues staging) : Executable(plan, place, binding: null)
{
    private readonly WorkTeam _team = new(model.Pool);
    private int _step;
    private int _publication;

    public override IReadOnlyList<StepChoice> Choices { get; } = [.. steps.Select(s => s.Choice)];

    protected override long BufferBytes => arena.Bytes + staging.Bytes;

    protected override void StartCore(ReadOnlySpan<float> input, RunControl control)
    {
        (_step, _publication) = (-1, 0);
        _team.BeginComputing();
        try
        {
            fixed (float* source = input)
            {
                foreach (HostInput destination in inputs)
                {
                    destination.Source = source;
                    _team.Run(destination);
                }
            }
        }
        finally
        {
            EndComputing();
        }
    }

    protected override bool AdvanceCore(RunControl control, out Observation stage)
    {
        _team.BeginComputing();
        try
        {
            while (_step < 0 || _publication == steps[_step].Publications.Length)
            {
                if (++_step == steps.Length)
                {
                    stage = default;
                    return false;
                }

                control.ThrowIfStopped();
                _publication = 0;
                foreach (ParallelWork phase in steps[_step].Phases)
                {
                    _team.Run(phase);
                }
            }

            stage = Publish(steps[_step].Publications[_publication++]);
            return true;
        }
        finally
        {
            EndComputing();
        }
    }

    protected override void FinishCore(Span<float> output)
    {
        _team.BeginComputing();
        try
        {
            fixed (float* destination = output)
            {
                result.Destination = destination;
                _team.Run(result);
            }
        }
        finally
        {
            EndComputing();
        }
    }

    /// <summary>Nothing is in flight between the calls of a run.</summary>
    protected override void AbandonCore()
    {
    }

    protected override void DisposeCore() => arena.Dispose();

    private Observation Publish(Publication publication)
    {
        publication.Output.Destination = staging.Pointer;
        _team.Run(publication.Output);
        return new Observation(publication.Stage.Node, publication.Stage.Shape, staging.Values[..publication.Output.Elements]);
    }

    private void EndComputing()
    {
        _team.EndComputing();

        // The steps hold bare pointers: what owns the memory must outlive the last of them.
        GC.KeepAlive(this);
    }
}

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
    private int _step;
    private int _publication;

    public override IReadOnlyList<StepChoice> Choices { get; } = [.. steps.Select(s => s.Choice)];

    protected override long BufferBytes => arena.Bytes + staging.Bytes;

    protected override void StartCore(ReadOnlySpan<float> input, RunControl control)
    {
        fixed (float* source = input)
        {
            foreach (HostInput destination in inputs)
            {
                destination.Source = source;
                model.Pool.Run(destination);
            }
        }

        (_step, _publication) = (-1, 0);
        GC.KeepAlive(this);
    }

    protected override bool AdvanceCore(RunControl control, out Observation stage)
    {
        while (true)
        {
            if (_step >= 0 && _publication < steps[_step].Publications.Length)
            {
                stage = Publish(steps[_step].Publications[_publication++]);
                return true;
            }

            if (++_step == steps.Length)
            {
                stage = default;
                return false;
            }

            control.ThrowIfStopped();
            _publication = 0;
            foreach (ParallelWork phase in steps[_step].Phases)
            {
                model.Pool.Run(phase);
            }

            // The steps hold bare pointers: what owns the memory must outlive the last of them.
            GC.KeepAlive(this);
        }
    }

    protected override void FinishCore(Span<float> output)
    {
        fixed (float* destination = output)
        {
            result.Destination = destination;
            model.Pool.Run(result);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Nothing is in flight between the calls of a run.</summary>
    protected override void AbandonCore()
    {
    }

    protected override void DisposeCore() => arena.Dispose();

    private Observation Publish(Publication publication)
    {
        publication.Output.Destination = staging.Pointer;
        model.Pool.Run(publication.Output);
        GC.KeepAlive(this);
        return new Observation(publication.Stage.Node, publication.Stage.Shape, staging.Values[..publication.Output.Elements]);
    }
}

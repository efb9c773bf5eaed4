using System.Diagnostics;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A plan with its steps and native buffers, and the model whose weights they point to. Computes inside the calls of the run.</summary>
internal sealed unsafe class CpuExecutable(
    ExecutionPlan plan,
    Place place,
    NativeArena arena,
    CpuModel model,
    CpuProgram program,
    HostValues staging) : Executable(plan, place, binding: null)
{
    private readonly LoadedStep[] _steps = program.Steps;
    private readonly WorkTeam _team = new(model.Pool);
    private int _step;
    private int _publication;

    public override IReadOnlyList<StepChoice> Choices { get; } = program.Choices;

    /// <summary>Receives when each step had ended; null where nobody measures.</summary>
    internal long[]? StepEnds { get; set; }

    protected override long BufferBytes => arena.Bytes + staging.Bytes;

    protected override void StartCore(ReadOnlySpan<float> input, RunControl control)
    {
        (_step, _publication) = (-1, 0);
        _team.BeginComputing();
        try
        {
            program.Scale?.Measure(input);
            fixed (float* source = input)
            {
                foreach (HostInput destination in program.Inputs)
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
            while (_step < 0 || _publication == _steps[_step].Publications.Length)
            {
                if (++_step == _steps.Length)
                {
                    stage = default;
                    return false;
                }

                control.ThrowIfStopped();
                _publication = 0;
                foreach (StoringPhase phase in Phases(_steps[_step]))
                {
                    _team.Run(phase);
                }

                if (StepEnds is { } ends)
                {
                    ends[_step] = Stopwatch.GetTimestamp();
                }
            }

            stage = Publish(_steps[_step].Publications[_publication++]);
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
                program.Result.Destination = destination;
                _team.Run(program.Result);
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

    private StoringPhase[] Phases(LoadedStep step) => program.Scale is { IsScaling: true } && step.ScaledPhases is { } scaled ? scaled : step.Phases;

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

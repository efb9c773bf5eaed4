using System.Diagnostics;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A plan with its steps and native buffers, and the model whose weights they point to. Computes inside the calls of the run.</summary>
internal sealed unsafe class CpuExecutable(
    ExecutionPlan plan,
    Place place,
    NativeArena arena,
    CpuModel model,
    CpuProgram program) : Executable(plan, place, binding: null)
{
    private readonly LoadedStep[] _steps = program.Rest.Steps;
    private readonly WorkTeam _team = new(model.Pool);
    private int _step;
    private int _publication;

    public override IReadOnlyList<StepChoice> Choices { get; } = program.Choices;

    /// <summary>Receives what each step of the plan took, in ticks of <see cref="Stopwatch"/>, added to what is there; null where nobody measures.</summary>
    internal long[]? StepTicks { get; set; }

    protected override long BufferBytes => arena.Bytes + program.Host.Bytes;

    /// <summary>The parts of the batch go through their steps here, because each copies its images of the input to the same place.</summary>
    protected override void StartCore(ReadOnlySpan<float> input, RunControl control)
    {
        (_step, _publication) = (-1, 0);
        _team.BeginComputing();
        try
        {
            program.Scale?.Measure(input);
            fixed (float* source = input)
            {
                int firstImage = 0;
                foreach (BatchParts parts in program.Parts)
                {
                    for (int part = 0; part < parts.Count; part++, firstImage += parts.Images)
                    {
                        Run(parts, source, firstImage, control);
                    }
                }

                Copy(program.Rest.Inputs, source, firstImage: 0);
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
            while (_step < 0 || _publication == _steps[_step].Published.Length)
            {
                if (++_step == _steps.Length)
                {
                    stage = default;
                    return false;
                }

                _publication = 0;
                Run(_steps[_step], control);
            }

            PublishedStage published = _steps[_step].Published[_publication++];
            stage = new Observation(published.Stage.Node, published.Stage.Shape, program.Host.Values(published.Index, published.Elements));
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

    private void Copy(HostInput[] inputs, float* source, int firstImage)
    {
        program.Scale?.FirstImage = firstImage;
        nint elements = (nint)(Plan.InputShape.ElementCount / Math.Max(1, Plan.InputShape.Batch));
        foreach (HostInput destination in inputs)
        {
            destination.Source = source + (firstImage * elements);
            _team.Run(destination);
        }
    }

    private void Run(BatchParts part, float* source, int firstImage, RunControl control)
    {
        Copy(part.Loaded.Inputs, source, firstImage);
        foreach (LoadedStep step in part.Loaded.Steps)
        {
            Run(step, control);
        }

        part.Gather.FirstImage = firstImage;
        _team.Run(part.Gather);
    }

    private void Run(LoadedStep step, RunControl control)
    {
        control.ThrowIfStopped();
        long began = StepTicks is null ? 0 : Stopwatch.GetTimestamp();
        foreach (StoringPhase phase in program.Scale is { IsScaling: true } && step.ScaledPhases is { } scaled ? scaled : step.Phases)
        {
            _team.Run(phase);
        }

        if (StepTicks is { } ticks)
        {
            ticks[step.Index] += Stopwatch.GetTimestamp() - began;
        }
    }

    private void EndComputing()
    {
        _team.EndComputing();

        // The steps hold bare pointers: what owns the memory must outlive the last of them.
        GC.KeepAlive(this);
    }
}

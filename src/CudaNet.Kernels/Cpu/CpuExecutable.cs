using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A plan with its steps and native buffers. Runs allocate nothing.</summary>
internal sealed unsafe class CpuExecutable(
    ExecutionPlan plan,
    NativeArena arena,
    WorkerPool pool,
    HostInput[] inputs,
    LoadedStep[] steps,
    HostOutput result,
    NativeBuffer staging) : IExecutable
{
    private readonly long _inputElements = plan.InputShape.ElementCount;

    public ExecutionPlan Plan => plan;

    public long Bytes => arena.Bytes;

    public void Run(in RunBindings bindings)
    {
        if (bindings.Input.Length != _inputElements || bindings.Output.Length != result.Elements)
        {
            throw new ShapeException($"a run of {plan.InputShape} → {plan.OutputShape} was given {bindings.Input.Length} and {bindings.Output.Length} values");
        }

        if (plan.IsInputObserved)
        {
            bindings.Observer!(new Observation(plan.Graph.Input, plan.InputShape, bindings.Input));
        }

        bindings.Cancellation.ThrowIfCancellationRequested();
        TakeInput(bindings.Input);
        foreach (LoadedStep step in steps)
        {
            bindings.Cancellation.ThrowIfCancellationRequested();
            foreach (ParallelWork phase in step.Phases)
            {
                pool.Run(phase);
            }

            foreach (Publication publication in step.Publications)
            {
                Publish(publication, bindings.Observer!);
            }
        }

        fixed (float* output = bindings.Output)
        {
            result.Destination = output;
            pool.Run(result);
        }
    }

    public void Dispose() => arena.Dispose();

    private void TakeInput(ReadOnlySpan<float> values)
    {
        fixed (float* source = values)
        {
            foreach (HostInput input in inputs)
            {
                input.Source = source;
                pool.Run(input);
            }
        }
    }

    private void Publish(Publication publication, LayerObserver observer)
    {
        publication.Output.Destination = staging.Pointer;
        pool.Run(publication.Output);
        PlanStage stage = publication.Stage;
        observer(new Observation(stage.Node, stage.Shape, new ReadOnlySpan<float>(staging.Pointer, publication.Output.Elements)));
    }
}

using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A plan with its steps and native buffers, and the model whose weights they point to. Runs allocate nothing.</summary>
internal sealed unsafe class CpuExecutable(
    ExecutionPlan plan,
    NativeArena arena,
    CpuModel model,
    HostInput[] inputs,
    LoadedStep[] steps,
    HostOutput result,
    NativeBuffer staging) : IExecutable
{
    private readonly long _inputElements = plan.InputShape.ElementCount;
    private bool _disposed;

    public ExecutionPlan Plan => plan;

    public long Bytes => arena.Bytes;

    public void Run(in RunBindings bindings)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
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
                model.Pool.Run(phase);
            }

            foreach (Publication publication in step.Publications)
            {
                Publish(publication, bindings.Observer!);
            }
        }

        fixed (float* output = bindings.Output)
        {
            result.Destination = output;
            model.Pool.Run(result);
        }

        // The steps hold bare pointers: what owns the memory must outlive the last of them.
        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        _disposed = true;
        arena.Dispose();
    }

    private void TakeInput(ReadOnlySpan<float> values)
    {
        fixed (float* source = values)
        {
            foreach (HostInput input in inputs)
            {
                input.Source = source;
                model.Pool.Run(input);
            }
        }
    }

    private void Publish(Publication publication, LayerObserver observer)
    {
        publication.Output.Destination = staging.Pointer;
        model.Pool.Run(publication.Output);
        PlanStage stage = publication.Stage;
        observer(new Observation(stage.Node, stage.Shape, new ReadOnlySpan<float>(staging.Pointer, publication.Output.Elements)));
    }
}

using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>Turns a plan into a program at one vector width: its first steps for each part of the batch where <see cref="BatchCut"/> says so, the others for all of it.</summary>
internal sealed unsafe class ProgramLoader<T>(CpuLayers layers, ExecutionPlan plan, NativeArena arena, int threads)
    where T : unmanaged, ISimd<T>
{
    private readonly Scratch _scratch = new(threads);
    private readonly HostStages _host = new();

    /// <summary>Steps are loaded in order, because the first ones have the first claim to transformed weights.</summary>
    public CpuProgram Load()
    {
        CheckIndices();
        TensorShape shape = plan.InputShape;
        InputScale? scale = plan.Graph.Layers.All(IsScalable) ? new InputScale(shape.Batch, shape.Channels, shape.Width, threads, arena) : null;
        BatchCut? cut = BatchCut.Of(plan, threads, layers.PartImages);
        List<(PlanLoader<T> Loader, int Parts, LoadedSteps Loaded)> first = [];
        foreach ((int parts, int images) in cut?.Sizes(shape.Batch) ?? [])
        {
            ExecutionPlan part = Planner.Plan(plan.Graph, shape.WithBatch(images), plan.Observed, plan.Layout);
            PlanLoader<T> ofPart = new(layers, part, [.. part.Steps.Take(cut!.Steps)], arena, _scratch, _host, scale, first.FirstOrDefault().Loader);
            first.Add((ofPart, parts, ofPart.Load()));
        }

        PlanLoader<T> loader = new(layers, plan, [.. plan.Steps.Skip(cut?.Steps ?? 0)], arena, _scratch, _host, scale);
        LoadedSteps rest = loader.Load();
        BatchParts[] all = [.. first.Select(f => new BatchParts(f.Parts, f.Loader.Batch, f.Loaded, Gather(f.Loader.Value(cut!.Value), f.Loader, loader)))];
        HostOutput<T> result = new(loader.Pointer(plan.Output), BlockedImage.Of(plan.OutputShape));
        _scratch.Allocate(arena);
        LoadedStep[] steps = [.. first.Take(1).SelectMany(f => f.Loaded.Steps), .. rest.Steps];
        return new CpuProgram(scale, all, rest, result, [.. steps.Select(s => Choose(s, s.Index < cut?.Steps ? cut.Images : null))], _host);
    }

    /// <summary>Whether a layer can be computed where the input is scaled: a convolution, or any that reads something else. All of the graph's are asked, because observing one must change no bit of the others.</summary>
    private bool IsScalable(LayerNode layer) => layer.Op is Conv2d || !layer.Inputs.Contains(plan.Graph.Input);

    private static PartCopy Gather(PlanValue value, PlanLoader<T> part, PlanLoader<T> rest) =>
        new(part.Pointer(value), BlockedImage.Of(value.Shape), rest.Pointer(rest.Value(value.Node)));

    /// <summary>What no batch of that size can index is refused before anything is made for it, whether or not its parts could be.</summary>
    private void CheckIndices()
    {
        _ = checked((int)plan.InputShape.ElementCount);
        _ = checked((int)plan.OutputShape.ElementCount);
        foreach (PlanValue value in plan.Steps.SelectMany(s => s.Values))
        {
            _ = BlockedImage.Of(value.Shape);
        }
    }

    private StepChoice Choose(LoadedStep loaded, int? images)
    {
        PlanStep step = plan.Steps[loaded.Index];
        StepChoice choice = layers[step.Head.Node].Choose(step) with { WorkspaceBytes = loaded.WorkspaceBytes, ImagesAtOnce = images };
        return loaded.IsFolded ? choice with { Algorithm = choice.Algorithm + StepAlgorithms.WithStepBefore } : choice;
    }
}

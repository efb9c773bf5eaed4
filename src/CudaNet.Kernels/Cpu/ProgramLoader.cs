using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>Turns a plan into a program at one vector width: its first steps for each part of the batch where <see cref="BatchCut"/> says so, the others for all of it.</summary>
internal sealed unsafe class ProgramLoader<T>(CpuLayers layers, ExecutionPlan plan, NativeArena arena, int threads)
    where T : unmanaged, ISimd<T>
{
    private readonly Scratch _scratch = new(threads);

    /// <summary>Steps are loaded in order, because the first ones have the first claim to transformed weights.</summary>
    public CpuProgram Load()
    {
        TensorShape shape = plan.InputShape;
        InputScale? scale = plan.Steps.All(IsScalable) ? new InputScale(shape.Batch, shape.Channels, shape.Width, threads, arena) : null;
        BatchCut? cut = BatchCut.Of(plan, threads, layers.PartImages);
        List<(PlanLoader<T> Loader, LoadedSteps Loaded)> first = cut is null ? [] : LoadFirst(cut, scale);
        PlanLoader<T> loader = new(layers, plan, [.. plan.Steps.Skip(cut?.Steps ?? 0)], arena, _scratch, scale);
        LoadedSteps rest = loader.Load();
        BatchPart[] parts = cut is null ? [] : Parts(cut, first, loader);
        HostOutput<T> result = new(loader.Pointer(plan.Output), BlockedImage.Of(plan.OutputShape));
        _scratch.Allocate(arena);
        LoadedStep[] steps = [.. first.Take(1).SelectMany(f => f.Loaded.Steps), .. rest.Steps];
        return new CpuProgram(scale, parts, rest, result, [.. steps.Select(s => Choose(s, s.Index < cut?.Steps ? cut.Images : null))]);
    }

    /// <summary>Whether a step can read an input that is scaled: a convolution, or any that reads something else.</summary>
    private static bool IsScalable(PlanStep step) =>
        (step.Input.Slot is not null || step.Head.Node.Op is Conv2d) && (step.Residual is null || step.Residual.Slot is not null);

    /// <summary>The first steps, once for each number of images that a part has, larger ones first.</summary>
    private List<(PlanLoader<T> Loader, LoadedSteps Loaded)> LoadFirst(BatchCut cut, InputScale? scale)
    {
        List<(PlanLoader<T> Loader, LoadedSteps Loaded)> first = [];
        foreach (int images in cut.Parts(plan.InputShape.Batch).Distinct())
        {
            ExecutionPlan part = Planner.Plan(plan.Graph, plan.InputShape.WithBatch(images), plan.Observed, plan.Layout);
            PlanLoader<T> loader = new(layers, part, [.. part.Steps.Take(cut.Steps)], arena, _scratch, scale, first.FirstOrDefault().Loader);
            first.Add((loader, loader.Load()));
        }

        return first;
    }

    private BatchPart[] Parts(BatchCut cut, List<(PlanLoader<T> Loader, LoadedSteps Loaded)> first, PlanLoader<T> rest)
    {
        int next = 0;
        return [.. cut.Parts(plan.InputShape.Batch).Select(images =>
        {
            (PlanLoader<T> loader, LoadedSteps loaded) = first.Single(f => f.Loader.Batch == images);
            BatchPart part = new(next, loaded, Join(loader.Value(cut.Value), loader, rest, next));
            next += images;
            return part;
        })];
    }

    private static HaloCopy Join(PlanValue value, PlanLoader<T> part, PlanLoader<T> rest, int firstImage)
    {
        BlockedImage image = BlockedImage.Of(value.Shape);
        float* destination = rest.Pointer(rest.Value(value.Node)) + (firstImage * image.ImageStride);
        return new HaloCopy(part.Pointer(value), image, destination, image) { Stored = [new StoredValue(destination, image)] };
    }

    private StepChoice Choose(LoadedStep loaded, int? images)
    {
        PlanStep step = plan.Steps[loaded.Index];
        return layers[step.Head.Node].Choose(step) with { WorkspaceBytes = loaded.WorkspaceBytes, ImagesAtOnce = images };
    }
}

using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>Turns steps of a plan into phases at one vector width: allocates their buffers, and answers the layers what lies where.</summary>
/// <param name="layers">Of the plan's graph.</param>
/// <param name="plan">Whose steps.</param>
/// <param name="steps">Those that are loaded, neighbours in the plan.</param>
/// <param name="arena">Owns the buffers.</param>
/// <param name="scratch">Memory of each thread, shared by all steps of a program.</param>
/// <param name="host">Where observed stages go.</param>
/// <param name="scale">What measures the run's input; null where it is copied as it is.</param>
/// <param name="larger">Has loaded the same steps for more images, and runs at another time: its slots serve these, too.</param>
internal sealed unsafe class PlanLoader<T>(
    CpuLayers layers,
    ExecutionPlan plan,
    PlanStep[] steps,
    NativeArena arena,
    Scratch scratch,
    HostStages host,
    InputScale? scale,
    PlanLoader<T>? larger = null)
    where T : unmanaged, ISimd<T>
{
    private readonly List<StoringPhase> _phases = [];
    private readonly NativeBuffer?[] _slots = new NativeBuffer?[plan.SlotBytes.Count];
    private readonly HashSet<LayerNode> _stepInputs = [.. plan.Steps.Select(s => s.Input.Node)];
    private readonly Dictionary<LayerNode, int> _readers = plan.Steps.SelectMany(s => s.Reads).CountBy(v => v.Node).ToDictionary();
    private StagePublisher<T>? _publisher;
    private bool _storesSums;
    private NativeBuffer? _publishing;
    private float* _copies;
    private long _copyBytes;

    /// <summary>Memory of each thread, shared by all steps.</summary>
    public Scratch Scratch => scratch;

    public WeightForms Forms => layers.Forms;

    /// <summary>The run's input, as steps read it.</summary>
    public RunInputs Inputs { get; } = new(plan.InputShape, arena);

    /// <summary>Images that go through the steps together.</summary>
    public int Batch => plan.InputShape.Batch;

    public LoadedSteps Load()
    {
        foreach ((int slot, long bytes) in ExecutionPlan.SlotBytesOf(steps))
        {
            _slots[slot] = larger?._slots[slot] ?? arena.AllocateUnwritten(bytes / sizeof(float), "the values of the layers");
        }

        // One workspace for the copies of all steps: each is read by its own step only.
        long copied = steps.Max(s => layers[s.Head.Node].CopyElements(s.Input));
        _copies = copied == 0 ? null : arena.Allocate(copied, "workspaces").Pointer;
        List<LoadedStep> loaded = [];
        while (loaded.Count < steps.Length)
        {
            PlanStep step = steps[loaded.Count];
            PlanStep? next = loaded.Count + 1 < steps.Length ? steps[loaded.Count + 1] : null;
            if (next is not null && IsReadByOnly(next, step) && Phases(next, step, () => Head(next).Fold(this, next, step, Head(step))) is { } both)
            {
                loaded.Add(Load(step, both));
                loaded.Add(LoadFolded(next));
            }
            else
            {
                loaded.Add(Load(step, Phases(step, step, () => Head(step).Begin(this, step))!));
            }
        }

        return new LoadedSteps(Inputs.All(scale), [.. loaded]);
    }

    /// <summary>The value of a layer that the steps read or store.</summary>
    public PlanValue Value(LayerNode node) => steps.SelectMany(s => s.Values).First(v => v.Node == node);

    /// <summary>Where a value is stored.</summary>
    public float* Pointer(PlanValue value) => value.Slot is { } slot ? _slots[slot]!.Pointer : Inputs.Blocked(StorageLayout.Blocked16.Halo).Destination;

    /// <summary>Where a stage is stored; null where it is not.</summary>
    public float* Destination(PlanStage stage) => stage.Stored is { } stored ? Pointer(stored) : null;

    /// <summary>Where a step's output goes.</summary>
    public StagePlace Place(PlanStep step) => new(Pointer(step.Output), BlockedImage.Of(step.Output.Shape), origin: 0);

    /// <summary>What a phase does with the values of a step after their sums: up to the first observed stage, from which a publisher goes on.</summary>
    public Epilogue Epilogue(PlanStep step)
    {
        if (_storesSums)
        {
            return new Epilogue { RawTo = Pointer(step.Output) };
        }

        Epilogue all = WholeEpilogue(step);
        return step.Stages.FirstOrDefault(s => s.IsObserved) is { } first ? all.Until(layers[first.Node].Stage, Pointer(step.Output)) : all;
    }

    /// <summary>Whether stages of the step are observed.</summary>
    public bool Publishes => _publisher is not null;

    /// <summary>Whether observed stages of the step can be published some rows at a time.</summary>
    public bool PublishesLines => _publisher is { WritesLines: true };

    /// <summary>
    /// What a phase that knows which pixels an item has stored tells of them, and keeps <see cref="StagePublisher{T}.UnitPixels"/> together for; null where nothing is observed, or planes are better
    /// published after the step. Of a step whose phase does not ask, another phase publishes.
    /// </summary>
    public StagePublisher<T>? TakePublisher()
    {
        if (_publisher is { UnitPixels: null })
        {
            return null;
        }

        StagePublisher<T>? publisher = _publisher;
        _publisher = null;
        return publisher;
    }

    /// <summary>A value with a halo that is wide enough: the stored one, or a copy that the step makes first.</summary>
    public float* Source(PlanValue value, int halo, out BlockedImage image)
    {
        BlockedImage stored = BlockedImage.Of(value.Shape);
        if (HaloCopy.ImageFor(value, halo) is { } copy)
        {
            image = copy;
            _copyBytes = sizeof(float) * copy.Elements;
            _phases.Add(new HaloCopy(Pointer(value), stored, _copies, copy) { Stored = [new StoredValue(_copies, copy)] });
            return _copies;
        }

        image = stored.WithHalo(Math.Max(halo, stored.Halo));
        return value.Slot is null ? Inputs.Blocked(image.Halo).Destination : Pointer(value);
    }

    /// <summary>Runs a phase before the one that the step's layer answers.</summary>
    public void Add(StoringPhase phase) => _phases.Add(phase);

    private CpuLayer Head(PlanStep step) => layers[step.Head.Node];

    private LoadedStep Load(PlanStep step, StoringPhase[] phases)
    {
        StoringPhase[]? scaled = scale is not null && step.Input.Slot is null ? Scaled(step) : null;
        return new LoadedStep(step.Index, phases, scaled, Published(step), checked(Scratch.StepBytes + _copyBytes), IsFolded: false);
    }

    /// <summary>A step that the one before computes, too, but where that reads scaled images.</summary>
    private LoadedStep LoadFolded(PlanStep step)
    {
        StoringPhase[]? scaled = scale is null ? null : Phases(step, step, () => Head(step).Begin(this, step));
        StoringPhase[] phases = Publisher(step) is { } publisher ? [Publishing(publisher, step)] : [];
        return new LoadedStep(step.Index, phases, scaled, Published(step), WorkspaceBytes: 0, IsFolded: true);
    }

    private PublishedStage[] Published(PlanStep step) => [.. step.Stages.Where(s => s.IsObserved).Select((s, index) => new PublishedStage(s, layers[s.Node].Stage, index))];

    /// <summary>What publishes the observed stages of a step; null where it has none.</summary>
    private StagePublisher<T>? Publisher(PlanStep step)
    {
        PublishedStage[] published = Published(step);
        if (published.Length == 0)
        {
            return null;
        }

        host.Require([.. published.Select(p => p.Elements)]);
        _publishing ??= arena.Allocate((long)scratch.Threads * StagePublisher<T>.BufferElements, "workspaces");
        return new StagePublisher<T>(Place(step), WholeEpilogue(step), published, host, _publishing.Pointer);
    }

    private Epilogue WholeEpilogue(PlanStep step)
    {
        Epilogue epilogue = default;
        foreach (PlanStage stage in step.Stages)
        {
            layers[stage.Node].Join(this, step, stage, ref epilogue);
        }

        return epilogue;
    }

    /// <summary>The phases that end with the one that is begun; null where none is.</summary>
    /// <param name="step">Whose output it stores.</param>
    /// <param name="published">Whose observed stages it publishes.</param>
    /// <param name="begin">Makes it.</param>
    private StoringPhase[]? Phases(PlanStep step, PlanStep published, Func<StoringPhase?> begin)
    {
        _phases.Clear();
        Scratch.BeginStep();
        _copyBytes = 0;
        _publisher = Publisher(published);
        if (begin() is not { } last)
        {
            return null;
        }

        last.Stored = Stored(step);
        return _publisher is null ? [.. _phases, last] : [.. _phases, last, Publishing(_publisher, published)];
    }

    private static PublishingPhase<T> Publishing(StagePublisher<T> publisher, PlanStep step) => new(publisher, BlockedImage.Of(step.Output.Shape));

    /// <summary>Whether nobody but a step wants anything of the step before, which adds no residual, and its output may be stored while that one still reads.</summary>
    private bool IsReadByOnly(PlanStep step, PlanStep before) =>
        before.Residual is null && step.Input.Node == before.Output.Node && _readers[before.Output.Node] == 1 && before.Output.Node != plan.Output.Node
        && before.Stages.All(s => s.Stored is null || s.Node == before.Output.Node)
        && before.Reads.All(v => v.Slot is null || v.Slot != step.Output.Slot);

    private StoredValue[] Stored(PlanStep step) =>
        [.. step.Stages.Where(s => s.Stored is not null && IsStepInput(s)).Select(s => new StoredValue(Destination(s), BlockedImage.Of(s.Shape)))];

    /// <summary>A step on scaled images: the sums go where its output will be, and another phase does the rest.</summary>
    private StoringPhase[] Scaled(PlanStep step)
    {
        _phases.Clear();
        _publisher = null;
        _storesSums = true;
        StoringPhase sums = Head(step).Begin(this, step);
        _storesSums = false;
        return [.. _phases, sums, new UnscalePhase<T>(Pointer(step.Output), BlockedImage.Of(step.Output.Shape), WholeEpilogue(step), scale!, Publisher(step)) { Stored = Stored(step) }];
    }

    /// <summary>Whether a step may read the zeros around it: residuals, published values and the output are read without.</summary>
    private bool IsStepInput(PlanStage stage) => _stepInputs.Contains(stage.Node);
}

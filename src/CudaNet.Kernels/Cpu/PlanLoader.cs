using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>Turns steps of a plan into phases at one vector width: allocates their buffers, and answers the layers what lies where.</summary>
/// <param name="layers">Of the plan's graph.</param>
/// <param name="plan">Whose steps.</param>
/// <param name="steps">Those that are loaded, neighbours in the plan.</param>
/// <param name="arena">Owns the buffers.</param>
/// <param name="scratch">Memory of each thread, shared by all steps of a program.</param>
/// <param name="scale">What measures the run's input; null where it is copied as it is.</param>
/// <param name="larger">Has loaded the same steps for more images, and runs at another time: its slots serve these, too.</param>
internal sealed unsafe class PlanLoader<T>(
    CpuLayers layers,
    ExecutionPlan plan,
    PlanStep[] steps,
    NativeArena arena,
    Scratch scratch,
    InputScale? scale,
    PlanLoader<T>? larger = null)
    where T : unmanaged, ISimd<T>
{
    private readonly List<HostInput> _inputs = [];
    private readonly List<StoringPhase> _phases = [];
    private readonly NativeBuffer?[] _slots = new NativeBuffer?[plan.SlotBytes.Count];
    private readonly HashSet<LayerNode> _stepInputs = [.. plan.Steps.Select(s => s.Input.Node)];
    private readonly Dictionary<LayerNode, int> _readers = plan.Steps.SelectMany(s => s.Reads).CountBy(v => v.Node).ToDictionary();
    private bool _storesSums;
    private float* _copies;
    private long _copyBytes;

    /// <summary>Memory of each thread, shared by all steps.</summary>
    public Scratch Scratch => scratch;

    public WeightForms Forms => layers.Forms;

    /// <summary>Images that go through the steps together.</summary>
    public int Batch => plan.InputShape.Batch;

    public LoadedSteps Load()
    {
        foreach ((int slot, long bytes) in ExecutionPlan.SlotBytesOf(steps))
        {
            _slots[slot] = larger?._slots[slot] ?? arena.AllocateValues(bytes / sizeof(float));
        }

        // One workspace for the copies of all steps: each is read by its own step only.
        long copied = steps.Max(s => layers[s.Head.Node].CopyElements(s.Input));
        _copies = copied == 0 ? null : arena.Allocate(copied, "workspaces").Pointer;
        List<LoadedStep> loaded = [];
        while (loaded.Count < steps.Length)
        {
            PlanStep step = steps[loaded.Count];
            PlanStep? next = loaded.Count + 1 < steps.Length ? steps[loaded.Count + 1] : null;
            if (next is not null && IsReadByOnly(next, step) && Phases(next, () => Head(next).Fold(this, next, step, Head(step))) is { } both)
            {
                loaded.Add(Load(step, both));
                loaded.Add(LoadFolded(next));
            }
            else
            {
                loaded.Add(Load(step, Phases(step, () => Head(step).Begin(this, step))!));
            }
        }

        _inputs.ForEach(i => i.Scale = scale);
        return new LoadedSteps([.. _inputs], [.. loaded]);
    }

    /// <summary>The value of a layer that the steps read or store.</summary>
    public PlanValue Value(LayerNode node) => steps.SelectMany(s => s.Values).First(v => v.Node == node);

    /// <summary>Where a value is stored.</summary>
    public float* Pointer(PlanValue value) => value.Slot is { } slot ? _slots[slot]!.Pointer : Input(StorageLayout.Blocked16.Halo).Destination;

    /// <summary>Where a stage is stored; null where it is not.</summary>
    public float* Destination(PlanStage stage) => stage.Stored is { } stored ? Pointer(stored) : null;

    /// <summary>What happens to the values of a step after their sums.</summary>
    public Epilogue Epilogue(PlanStep step)
    {
        if (_storesSums)
        {
            return new Epilogue { RawTo = Pointer(step.Output) };
        }

        Epilogue epilogue = default;
        foreach (PlanStage stage in step.Stages)
        {
            layers[stage.Node].Join(this, step, stage, ref epilogue);
        }

        return epilogue;
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
        return value.Slot is null ? Input(image.Halo).Destination : Pointer(value);
    }

    /// <summary>Runs a phase before the one that the step's layer answers.</summary>
    public void Add(StoringPhase phase) => _phases.Add(phase);

    /// <summary>The run's input as runs of neighbouring values; made once for each halo that a step needs.</summary>
    public CompactInput CompactInput(int halo)
    {
        CompactInput? input = _inputs.OfType<CompactInput>().FirstOrDefault(i => i.Halo == halo);
        if (input is null)
        {
            TensorShape shape = plan.InputShape;
            long elements = Cpu.CompactInput.Elements(shape.Batch, shape.Channels, shape.Height, shape.Width, halo);
            input = new CompactInput(arena.Allocate(elements, "the input").Pointer, shape.Batch, shape.Channels, shape.Height, shape.Width, halo);
            _inputs.Add(input);
        }

        return input;
    }

    /// <summary>The run's input for windows of stride 2, in so many rows and columns of four pixels; made once for each size and padding.</summary>
    public SpaceToDepthInput SpaceToDepthInput(Padding padding, int height, int width)
    {
        BlockedImage image = Cpu.SpaceToDepthInput.ImageOf(plan.InputShape, height, width);
        SpaceToDepthInput? input = _inputs.OfType<SpaceToDepthInput>().FirstOrDefault(i => i.Image == image && i.Padding == padding);
        if (input is null)
        {
            input = new SpaceToDepthInput(arena.Allocate(image.Elements, "the input").Pointer, plan.InputShape, padding, image);
            _inputs.Add(input);
        }

        return input;
    }

    private CpuLayer Head(PlanStep step) => layers[step.Head.Node];

    private LoadedStep Load(PlanStep step, StoringPhase[] phases)
    {
        StoringPhase[]? scaled = scale is not null && step.Input.Slot is null ? Scaled(step) : null;
        return new LoadedStep(step.Index, phases, scaled, Publications(step), checked(Scratch.StepBytes + _copyBytes));
    }

    /// <summary>A step that the one before computes, too, but where that reads scaled images.</summary>
    private LoadedStep LoadFolded(PlanStep step)
    {
        StoringPhase[]? scaled = scale is null ? null : Phases(step, () => Head(step).Begin(this, step));
        return new LoadedStep(step.Index, [], scaled, Publications(step), WorkspaceBytes: 0);
    }

    private Publication[] Publications(PlanStep step) =>
        [.. step.Stages.Where(s => s.IsObserved).Select(s => new Publication(s, new HostOutput<T>(Destination(s), BlockedImage.Of(s.Shape))))];

    /// <summary>The phases that end with the one that is begun, which stores a step's output; null where none is.</summary>
    private StoringPhase[]? Phases(PlanStep step, Func<StoringPhase?> begin)
    {
        _phases.Clear();
        Scratch.BeginStep();
        _copyBytes = 0;
        if (begin() is not { } last)
        {
            return null;
        }

        last.Stored = Stored(step);
        return [.. _phases, last];
    }

    /// <summary>Whether nobody but a step wants anything of the step before, and its output may be stored while that one still reads.</summary>
    private bool IsReadByOnly(PlanStep step, PlanStep before) =>
        step.Input.Node == before.Output.Node && _readers[before.Output.Node] == 1 && before.Output.Node != plan.Output.Node
        && before.Stages.All(s => !s.IsObserved && (s.Stored is null || s.Node == before.Output.Node))
        && before.Reads.All(v => v.Slot is null || v.Slot != step.Output.Slot);

    private StoredValue[] Stored(PlanStep step) =>
        [.. step.Stages.Where(s => s.Stored is not null && IsStepInput(s)).Select(s => new StoredValue(Destination(s), BlockedImage.Of(s.Shape)))];

    /// <summary>A step on scaled images: the sums go where its output will be, and another phase does the rest.</summary>
    private StoringPhase[] Scaled(PlanStep step)
    {
        _phases.Clear();
        _storesSums = true;
        StoringPhase sums = Head(step).Begin(this, step);
        _storesSums = false;
        return [.. _phases, sums, new UnscalePhase<T>(Pointer(step.Output), BlockedImage.Of(step.Output.Shape), Epilogue(step), scale!) { Stored = Stored(step) }];
    }

    /// <summary>Whether a step may read the zeros around it: residuals, published values and the output are read without.</summary>
    private bool IsStepInput(PlanStage stage) => _stepInputs.Contains(stage.Node);

    /// <summary>The run's input in blocks of 16 channels; made once for each halo that a step needs.</summary>
    private BlockedInput Input(int halo)
    {
        BlockedImage image = BlockedImage.Of(plan.InputShape).WithHalo(halo);
        BlockedInput? input = _inputs.OfType<BlockedInput>().FirstOrDefault(i => i.Image == image);
        if (input is null)
        {
            input = new BlockedInput(arena.Allocate(image.Elements, "the input").Pointer, image);
            _inputs.Add(input);
        }

        return input;
    }
}

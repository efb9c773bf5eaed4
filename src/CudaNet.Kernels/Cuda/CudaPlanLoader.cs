using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Turns a plan into steps: reserves every buffer, makes every choice, and answers the steps what lies where. Nothing is allocated here, so that a plan can be
/// measured. Under <see cref="CudaRuntime.Loading"/>, with the context current.
/// </summary>
internal sealed class CudaPlanLoader(CudaRuntime runtime, ModelWeights weights, ConvolutionChoices choices, ChoiceCache cache, CudaOptions options, ExecutionPlan plan, Type? binding, bool measures) : IDisposable
{
    private readonly Dictionary<LayerNode, StoredBuffer> _wide = [];
    private readonly Dictionary<int, InputForm> _inputs = [];
    private readonly List<CudaStep> _steps = [];
    private readonly HashSet<LayerNode> _read = plan.NodesReadBySteps();
    private readonly HashSet<LayerNode> _asStored = [];
    private DeviceBuffer[] _slots = [];
    private DeviceBuffer? _beside;

    public CudaRuntime Runtime => runtime;

    public KernelSet Kernels => runtime.Kernels;

    public ModelWeights Weights => weights;

    public ConvolutionChoices Choices => choices;

    public ChoiceCache Cache => cache;

    public ConvolutionCuts Cuts { get; } = new(options, cache);

    public CudaOptions Options => options;

    public StorageLayout Layout => plan.Layout;

    /// <summary>What must keep its values from run to run.</summary>
    public DeviceArena Arena { get; } = new();

    /// <summary>What holds values within a run only, so that other executables may use it between runs.</summary>
    public DeviceArena Scratch { get; } = new();

    /// <summary>Where convolutions work.</summary>
    public SharedBuffer Workspace { get; } = new();

    public SharedBuffer NchwInput { get; } = new();

    public SharedBuffer NchwOutput { get; } = new();

    public SharedBuffer PaddedCallInput { get; } = new();

    public SharedBuffer PaddedCallOutput { get; } = new();

    /// <summary>As the other two, for what a fused call adds.</summary>
    public SharedBuffer PaddedCallResidual { get; } = new();

    /// <summary>Where convolutions store that are computed for observers alone, one after the other: as large as the largest of them.</summary>
    public StoredBuffer Beside => new(_beside ??= Scratch.Reserve(plan.Steps.Where(ObservesInside).Max(s => Layout.Bytes(s.Head.Shape))), Layout.Precision);

    /// <summary>The program. It owns the arenas from then on; this is not to be disposed of.</summary>
    public CudaProgram Load()
    {
        RequireCountable();
        _slots = [.. plan.SlotBytes.Select(Scratch.Reserve)];
        long inputBytes = CudaBindings.InputBytes(binding, plan.InputShape);
        DeviceBuffer? input = inputBytes == 0 ? null : Scratch.Reserve(inputBytes);
        CudaBindings.Load(binding, Kernels);
        foreach (PlanStep step in plan.Steps)
        {
            _steps.Add(CudaLayers.StepOf(step.Head.Node)(this, step));
        }

        Workspace.Reserve(Scratch);
        NchwInput.Reserve(Scratch);
        NchwOutput.Reserve(Scratch);
        PaddedCallInput.Reserve(Scratch);
        PaddedCallOutput.Reserve(Scratch);
        PaddedCallResidual.Reserve(Scratch);
        PlanStage[] observed = [.. plan.Steps.SelectMany(s => s.Stages).Where(s => s.IsObserved)];

        // Copies leave one after the other: what puts them in order is needed once.
        long copyBytes = observed.Select(CopyBytes).DefaultIfEmpty().Max();
        DeviceBuffer? copy = copyBytes == 0 ? null : Scratch.Reserve(copyBytes);
        Publication[] publications = [.. observed.Select(s => new Publication(Kernels.Layout, s, SourceOf(s), CopyBytes(s) == 0 ? null : copy))];
        int[] counts = [.. plan.Steps.Select(s => s.Stages.Count(t => t.IsObserved))];
        PlanStage last = plan.OutputStage;
        Publication output = new(Kernels.Layout, last, SourceOf(last), CopyBytes(last) is > 0 and long bytes ? Scratch.Reserve(bytes) : null);
        HostMemoryPlan host = new(inputBytes, CudaBindings.IsOutputOnHost(binding) ? output.Bytes : 0, [.. publications.Select(p => p.Bytes)], options.PinnedLimitBytes);
        return new CudaProgram(Arena, Scratch, input, [.. _inputs.Values], [.. _steps], counts, OverwritesPublished(), publications, output, host);
    }

    /// <summary>Where a value is stored.</summary>
    public StoredBuffer Buffer(PlanValue value) => new(Input(value, value.Shape.Channels), value.Layout.Precision);

    /// <summary>
    /// Where a softmax reads a value: the fp32 sums of a fully connected layer, where they are what is stored. A sum or a batch norm is read as the plan has it,
    /// because whether it stands in fp32 beside is up to who observes: see <see cref="Wide"/>.
    /// </summary>
    public StoredBuffer Source(PlanValue value) => value.Node.Op is Linear && _wide.TryGetValue(value.Node, out StoredBuffer wide) ? wide : Buffer(value);

    /// <summary>Where a value is stored with that many channels a pixel, which only the run's input may have more of than its shape says.</summary>
    public DeviceBuffer Input(PlanValue value, int pitch)
    {
        if (value.Slot is { } slot)
        {
            return _slots[slot];
        }

        if (!_inputs.TryGetValue(pitch, out InputForm? form))
        {
            long bytes = (long)value.Shape.Batch * value.Shape.Height * value.Shape.Width * pitch * Layout.Precision.Bytes();
            form = new InputForm(Kernels, value.Shape, pitch, Layout.Precision, Scratch.Reserve(bytes));
            _inputs.Add(pitch, form);
        }

        return form.Destination;
    }

    /// <summary>
    /// Where a stage is stored in fp32 beside, or instead of, its place in the plan: a published batch norm or sum whose own place is half as wide or holds what
    /// others apply it to, the sums of a fully connected layer that no later layer reads but a last softmax, and that softmax. Null for all others.
    /// </summary>
    public StoredBuffer? Wide(PlanStage stage)
    {
        if (!IsWide(stage))
        {
            return null;
        }

        if (!_wide.TryGetValue(stage.Node, out StoredBuffer wide))
        {
            wide = new StoredBuffer(Scratch.Reserve(HostBytes(stage.Shape)), StoragePrecision.Float32);
            _wide.Add(stage.Node, wide);
        }

        return wide;
    }

    /// <summary>A step's last stage is published as it is stored, whatever others of its kind are.</summary>
    public void PublishAsStored(PlanStage stage) => _asStored.Add(stage.Node);

    /// <summary>Whether a stage before a step's last one is observed.</summary>
    public static bool ObservesInside(PlanStep step) => step.Stages.SkipLast(1).Any(s => s.IsObserved);

    /// <summary>A convolution's filters as N×C×H×W convolutions read them.</summary>
    public DeviceBuffer NchwFilters(LayerNode node) => weights.Nchw(node, measures ? null : runtime);

    /// <summary>Releases what was made, where it became no program.</summary>
    public void Dispose()
    {
        _steps.ForEach(s => s.Dispose());
        Arena.Dispose();
    }

    private static long HostBytes(TensorShape shape) => sizeof(float) * shape.ElementCount;

    private bool IsWide(PlanStage stage) => stage.Node.Op switch
    {
        Softmax => !_read.Contains(stage.Node),
        Linear => plan.Steps.All(s => s.Residual?.Node != stage.Node && (s.Input.Node != stage.Node || EndsInSoftmax(s))),
        BatchNorm2d or Add => !_asStored.Contains(stage.Node) && (stage.IsObserved || stage.Node == plan.Graph.Output) && stage.Stored is { } stored
            && (stored.Layout.Precision != StoragePrecision.Float32 || weights.DeferredTo(stage.Node) is not null),
        _ => false,
    };

    /// <summary>Whether a step is a softmax that no later layer reads.</summary>
    private bool EndsInSoftmax(PlanStep step) => step.Head.Node.Op is Softmax && !_read.Contains(step.Head.Node);

    /// <summary>Whether each step stores to a slot from which a stage of an earlier step is published, and which no step in between has waited for.</summary>
    private bool[] OverwritesPublished()
    {
        HashSet<int> published = [];
        bool[] overwrites = new bool[plan.Steps.Count];
        foreach (PlanStep step in plan.Steps)
        {
            overwrites[step.Index] = step.Stages.Any(s => s.Stored?.Slot is { } slot && published.Contains(slot));
            if (overwrites[step.Index])
            {
                published.Clear();
            }

            published.UnionWith(step.Stages.Where(s => s.IsObserved && Wide(s) is null).Select(s => s.Stored!.Slot!.Value));
        }

        return overwrites;
    }

    /// <summary>What a stage is published from.</summary>
    private StoredBuffer SourceOf(PlanStage stage) => Wide(stage) ?? Buffer(stage.Stored!);

    /// <summary>Bytes of the copy in which a stage is put into another order or precision on its way to the host; 0 where it needs none.</summary>
    private long CopyBytes(PlanStage stage) =>
        SourceOf(stage).Precision == StoragePrecision.Float32 && (stage.Shape.Channels == 1 || stage.Shape.Height * stage.Shape.Width == 1) ? 0 : HostBytes(stage.Shape);

    /// <summary>What no kernel can count is refused here, not in a run, and before a layer of that size is tried.</summary>
    private void RequireCountable()
    {
        RequireCountable(plan.InputShape, plan.Graph.Input);
        foreach (PlanStage stage in plan.Steps.SelectMany(s => s.Stages))
        {
            RequireCountable(stage.Shape, stage.Node);
            _ = stage.IsObserved ? checked((int)HostBytes(stage.Shape)) : 0;
        }
    }

    private static void RequireCountable(TensorShape shape, LayerNode node)
    {
        try
        {
            LaunchChecks.RequireCountable(shape);
        }
        catch (ShapeException exception)
        {
            throw new CudaNetException($"layer '{node}': {exception.Message}", exception) { Layer = node.Name, Hint = "Run smaller batches or smaller images." };
        }
    }
}

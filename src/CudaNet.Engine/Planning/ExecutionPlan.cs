namespace CudaNet.Engine;

/// <summary>
/// How a graph runs for one input shape and one set of observed layers: steps in order, what each stores and where. Immutable, made by
/// <see cref="Planner"/>, printed by <see cref="ToString"/>. Buffers ("slots") are shared by values whose lives do not overlap.
/// </summary>
public sealed class ExecutionPlan
{
    internal ExecutionPlan(LayerGraph graph, TensorShape inputShape, StorageLayout layout, IReadOnlyList<PlanStep> steps, IReadOnlyList<long> slotBytes, IReadOnlyList<LayerNode> observed)
    {
        Graph = graph;
        InputShape = inputShape;
        Layout = layout;
        Steps = steps;
        SlotBytes = slotBytes;
        Observed = observed;
        OutputStage = steps.SelectMany(s => s.Stages).Single(s => s.Node == graph.Output);
    }

    /// <summary>The graph it runs.</summary>
    public LayerGraph Graph { get; }

    /// <summary>N×C×H×W of the batch.</summary>
    public TensorShape InputShape { get; }

    /// <summary>The graph's output, not always the last step's: a branch that nothing reads may run after it.</summary>
    public PlanValue Output => OutputStage.Stored!;

    /// <summary>The output's shape, N×classes for a classifier.</summary>
    public TensorShape OutputShape => Output.Shape;

    /// <summary>How values are stored.</summary>
    public StorageLayout Layout { get; }

    /// <summary>What runs, in order.</summary>
    public IReadOnlyList<PlanStep> Steps { get; }

    /// <summary>The size of each buffer.</summary>
    public IReadOnlyList<long> SlotBytes { get; }

    /// <summary>
    /// All slots together. A backend's copies of the input, its workspaces and its weights come on top, and it allocates less where images go through steps in parts of the
    /// batch (<see cref="StepChoice.ImagesAtOnce"/>): <see cref="SessionMemory"/> has what it holds.
    /// </summary>
    public long TotalBytes => SlotBytes.Sum();

    /// <summary>The observed layers, in the graph's order. Their observers are called in the order of the steps and their stages.</summary>
    public IReadOnlyList<LayerNode> Observed { get; }

    /// <summary>True where the run's input itself is observed.</summary>
    public bool IsInputObserved => Observed.Count > 0 && Observed[0] == Graph.Input;

    /// <summary>Bytes of the copy that an executable keeps of an observed input; 0 where it is not observed.</summary>
    public long ObservedInputBytes => IsInputObserved ? sizeof(float) * InputShape.ElementCount : 0;

    /// <summary>The stage that gives the output.</summary>
    internal PlanStage OutputStage { get; }

    /// <summary>The layers whose values a step reads, the input among them.</summary>
    internal HashSet<LayerNode> NodesReadBySteps() => [.. Steps.SelectMany(s => s.Reads).Select(v => v.Node)];

    /// <summary>The index of the last step that reads each value which any reads; the output is read after all.</summary>
    internal Dictionary<LayerNode, int> LastReads() => SlotAssignment.LastReads(Graph, Steps.Select(s => (s.Input.Node, s.Residual?.Node)));

    /// <summary>What the values of some steps take, by slot: of all steps, <see cref="SlotBytes"/>.</summary>
    internal static IEnumerable<(int Slot, long Bytes)> SlotBytesOf(IEnumerable<PlanStep> steps) =>
        steps.SelectMany(s => s.Values).Where(v => v.Slot is not null).GroupBy(v => v.Slot!.Value).Select(s => (s.Key, s.Max(v => v.Bytes)));

    /// <summary>The plan as a stable text; see <c>docs/architecture.md</c> for how to read it.</summary>
    public override string ToString() => PlanText.Write(this);
}

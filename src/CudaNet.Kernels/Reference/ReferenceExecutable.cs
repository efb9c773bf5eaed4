using CudaNet.Engine;

namespace CudaNet.Kernels.Reference;

/// <summary>Runs a plan layer by layer. A stage that the plan does not store is computed into a scratch buffer.</summary>
internal sealed class ReferenceExecutable : Executable
{
    private readonly ReferenceModel _model;
    private readonly float[][] _slots;
    private readonly float[][] _scratch;
    private readonly double[] _row;

    private readonly float[] _input;
    private int _step;
    private int _stage;

    public ReferenceExecutable(ExecutionPlan plan, Place place, ReferenceModel model)
        : base(plan, place, binding: null)
    {
        _model = model;
        long scratch = ScratchBytes(plan);
        BufferBytes = BytesOf(plan);
        Choices = ChoicesOf(plan);
        try
        {
            _slots = [.. plan.SlotBytes.Select(Allocate)];
            _scratch = [Allocate(scratch), Allocate(scratch)];
            _row = new double[Columns(plan)];
            _input = new float[plan.InputShape.ElementCount];
        }
        catch (Exception exception) when (exception is OutOfMemoryException or OverflowException)
        {
            throw new CudaNetException($"a batch of {plan.InputShape} needs {BufferBytes:n0} bytes, which this machine has not", exception)
            {
                Hint = "Run smaller batches or smaller images.",
            };
        }
    }

    public override IReadOnlyList<StepChoice> Choices { get; }

    protected override long BufferBytes { get; }

    /// <summary>Bytes of all buffers for a plan.</summary>
    public static long BytesOf(ExecutionPlan plan) =>
        plan.TotalBytes + (2 * ScratchBytes(plan)) + (sizeof(double) * (long)Columns(plan)) + (sizeof(float) * plan.InputShape.ElementCount);

    public static IReadOnlyList<StepChoice> ChoicesOf(ExecutionPlan plan) =>
        [.. plan.Steps.Select(s => new StepChoice("loops in double", s.Stages.Any(t => t.Stored is null) ? 2 * ScratchBytes(plan) : 0))];

    protected override void StartCore(ReadOnlySpan<float> input, RunControl control)
    {
        input.CopyTo(_input);
        (_step, _stage) = (-1, 0);
    }

    protected override bool AdvanceCore(RunControl control, out Observation stage)
    {
        while (true)
        {
            while (_step >= 0 && _stage < Plan.Steps[_step].Stages.Count)
            {
                PlanStage next = Plan.Steps[_step].Stages[_stage++];
                if (next.IsObserved)
                {
                    stage = new Observation(next.Node, next.Shape, Values(next.Stored!));
                    return true;
                }
            }

            if (++_step == Plan.Steps.Count)
            {
                stage = default;
                return false;
            }

            control.ThrowIfStopped();
            _stage = 0;
            RunStages(Plan.Steps[_step]);
        }
    }

    protected override void FinishCore(Span<float> output) => Values(Plan.Output).CopyTo(output);

    protected override void AbandonCore()
    {
    }

    protected override void DisposeCore()
    {
    }

    /// <summary>Of each of the two values between stages that are not stored.</summary>
    private static long ScratchBytes(ExecutionPlan plan) =>
        plan.Steps.SelectMany(s => s.Stages).Where(s => s.Stored is null).Select(s => plan.Layout.Bytes(s.Shape)).DefaultIfEmpty().Max();

    private static int Columns(ExecutionPlan plan) => plan.Steps.SelectMany(s => s.Stages).Max(s => s.Shape.Width);

    private static float[] Allocate(long bytes) => new float[checked((int)(bytes / sizeof(float)))];

    private Span<float> Values(PlanValue value) => _slots[value.Slot!.Value].AsSpan(0, (int)value.Shape.ElementCount);

    private ReadOnlySpan<float> Read(PlanValue value) => value.Slot is null ? _input : Values(value);

    private void RunStages(PlanStep step)
    {
        ReadOnlySpan<float> source = Read(step.Input);
        TensorShape shape = step.Input.Shape;
        for (int i = 0; i < step.Stages.Count; i++)
        {
            PlanStage stage = step.Stages[i];
            Span<float> destination = stage.Stored is { } stored ? Values(stored) : _scratch[i % 2].AsSpan(0, (int)stage.Shape.ElementCount);
            ReadOnlySpan<float> residual = step.Residual is { } other ? Read(other) : default;
            _model.LayerOf(stage.Node)(source, shape, residual, destination, stage.Shape, _row.AsSpan(0, stage.Shape.Width));
            source = destination;
            shape = stage.Shape;
        }
    }
}

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
        long scratch = plan.Steps.SelectMany(s => s.Stages).Where(s => s.Stored is null).Select(s => plan.Layout.Bytes(s.Shape)).DefaultIfEmpty().Max();
        int columns = plan.Steps.SelectMany(s => s.Stages).Max(s => s.Shape.Width);
        BufferBytes = plan.TotalBytes + (2 * scratch) + (sizeof(double) * (long)columns) + (sizeof(float) * plan.InputShape.ElementCount);
        Choices = [.. plan.Steps.Select(s => new StepChoice("loops in double", s.Stages.Any(t => t.Stored is null) ? 2 * scratch : 0))];
        try
        {
            _slots = [.. plan.SlotBytes.Select(Allocate)];
            _scratch = [Allocate(scratch), Allocate(scratch)];
            _row = new double[columns];
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
            Apply(stage.Node, source, shape, residual, destination, stage.Shape);
            source = destination;
            shape = stage.Shape;
        }
    }

    private void Apply(LayerNode node, ReadOnlySpan<float> source, TensorShape from, ReadOnlySpan<float> residual, Span<float> destination, TensorShape to)
    {
        LayerParameters p = _model.ParametersOf(node);
        switch (node.Op)
        {
            case Conv2d op:
                ReferenceConvolution.Run(source, from, op, p.Weight, p.Bias, destination, to, _row.AsSpan(0, to.Width));
                break;
            case BatchNorm2d op:
                ReferenceElementwise.BatchNorm(source, from, op.Epsilon, p.Weight, p.Bias, p.Mean, p.Variance, destination);
                break;
            case Add:
                ReferenceElementwise.Add(source, residual, destination);
                break;
            case ReLU:
                ReferenceElementwise.ReLU(source, destination);
                break;
            case MaxPool2d op:
                ReferencePooling.Max(source, from, op, destination, to);
                break;
            case GlobalAveragePool:
                ReferencePooling.GlobalAverage(source, from, destination);
                break;
            case Linear op:
                ReferenceLinear.Run(source, op, p.Weight, p.Bias, destination);
                break;
            default:
                throw new CudaNetException($"the reference backend does not know {node.Op.Kind}") { Layer = node.Name };
        }
    }
}

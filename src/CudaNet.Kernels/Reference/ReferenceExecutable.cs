using CudaNet.Engine;

namespace CudaNet.Kernels.Reference;

/// <summary>Runs a plan layer by layer. A stage that the plan does not store is computed into a scratch buffer.</summary>
internal sealed class ReferenceExecutable : IExecutable
{
    private readonly ReferenceModel _model;
    private readonly float[][] _slots;
    private readonly float[][] _scratch;
    private readonly double[] _row;

    public ReferenceExecutable(ExecutionPlan plan, ReferenceModel model)
    {
        Plan = plan;
        _model = model;
        long scratch = plan.Steps.SelectMany(s => s.Stages).Where(s => s.Stored is null).Select(s => plan.Layout.Bytes(s.Shape)).DefaultIfEmpty().Max();
        int columns = plan.Steps.SelectMany(s => s.Stages).Max(s => s.Shape.Width);
        Bytes = plan.TotalBytes + (2 * scratch) + (sizeof(double) * (long)columns);
        try
        {
            _slots = [.. plan.SlotBytes.Select(Allocate)];
            _scratch = [Allocate(scratch), Allocate(scratch)];
            _row = new double[columns];
        }
        catch (Exception exception) when (exception is OutOfMemoryException or OverflowException)
        {
            throw new CudaNetException($"a batch of {plan.InputShape} needs {Bytes:n0} bytes, which this machine has not", exception)
            {
                Hint = "Run smaller batches or smaller images.",
            };
        }
    }

    public ExecutionPlan Plan { get; }

    public long Bytes { get; }

    public void Run(in RunBindings bindings)
    {
        if (Plan.IsInputObserved)
        {
            bindings.Observer!(new Observation(Plan.Graph.Input, Plan.InputShape, bindings.Input));
        }

        for (int i = 0; i < Plan.Steps.Count; i++)
        {
            bindings.Cancellation.ThrowIfCancellationRequested();
            PlanStep step = Plan.Steps[i];
            RunStages(step, bindings.Input);
            Publish(step, bindings.Observer);
        }

        Values(Plan.Output).CopyTo(bindings.Output);
    }

    public void Dispose()
    {
    }

    private static float[] Allocate(long bytes) => new float[checked((int)(bytes / sizeof(float)))];

    private Span<float> Values(PlanValue value) => _slots[value.Slot!.Value].AsSpan(0, (int)value.Shape.ElementCount);

    private ReadOnlySpan<float> Read(PlanValue value, ReadOnlySpan<float> input) => value.Slot is null ? input : Values(value);

    private void RunStages(PlanStep step, ReadOnlySpan<float> input)
    {
        ReadOnlySpan<float> source = Read(step.Input, input);
        TensorShape shape = step.Input.Shape;
        for (int i = 0; i < step.Stages.Count; i++)
        {
            PlanStage stage = step.Stages[i];
            Span<float> destination = stage.Stored is { } stored ? Values(stored) : _scratch[i % 2].AsSpan(0, (int)stage.Shape.ElementCount);
            ReadOnlySpan<float> residual = step.Residual is { } other ? Read(other, input) : default;
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

    private void Publish(PlanStep step, LayerObserver? observer)
    {
        for (int i = 0; i < step.Stages.Count; i++)
        {
            PlanStage stage = step.Stages[i];
            if (stage.IsObserved)
            {
                observer!(new Observation(stage.Node, stage.Shape, Values(stage.Stored!)));
            }
        }
    }
}

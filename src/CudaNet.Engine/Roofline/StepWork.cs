namespace CudaNet.Engine;

/// <summary>What a step cannot do without: the multiplications of its layers, and each value that it needs or gives moved once.</summary>
/// <param name="Step">The step.</param>
/// <param name="Flops">Two for each multiply-add of a convolution (those with the padding's zeros included) or a fully connected layer; nothing else counts.</param>
/// <param name="InputBytes">Its input, without rows and columns that no window reads.</param>
/// <param name="ResidualBytes">The other operand of a sum; 0 where that is the input itself.</param>
/// <param name="WeightBytes">Weights as they are stored; a bias, a constant image, or the scale and the shift of a batch norm, in fp32.</param>
/// <param name="OutputBytes">What a later step or the caller reads, and the last stage in any case, as it is stored.</param>
/// <param name="PublishedBytes">Observed stages in fp32, where they are not written so anyway.</param>
public sealed record StepWork(PlanStep Step, long Flops, long InputBytes, long ResidualBytes, long WeightBytes, long OutputBytes, long PublishedBytes)
{
    /// <summary>All bytes from and to the device's memory.</summary>
    public long Bytes => checked(InputBytes + ResidualBytes + WeightBytes + OutputBytes + PublishedBytes);

    /// <summary>FLOPs a byte.</summary>
    public double Intensity => (double)Flops / Bytes;

    /// <summary>The work of every step, in order. The plan's own layout does not count: no padding, no halo.</summary>
    /// <param name="plan">The steps.</param>
    /// <param name="storage">What activations and weights are stored as.</param>
    /// <exception cref="UnknownOperatorException">A layer is none that is known here.</exception>
    /// <exception cref="ShapeException">FLOPs or bytes are beyond 63 bits.</exception>
    public static IReadOnlyList<StepWork> Of(ExecutionPlan plan, StoragePrecision storage)
    {
        ArgumentNullException.ThrowIfNull(plan);
        HashSet<LayerNode> read = [plan.Output.Node, .. plan.NodesReadBySteps()];
        try
        {
            StepWork[] works = [.. plan.Steps.Select(s => Of(s, read, storage.Bytes()))];

            // Sums of a sequence are checked: whoever adds up what this returns need not.
            _ = (works.Sum(w => w.Flops), works.Sum(w => w.Bytes));
            return works;
        }
        catch (OverflowException)
        {
            throw new ShapeException($"the FLOPs or bytes of a pass over {plan.InputShape} are beyond 63 bits");
        }
    }

    private static StepWork Of(PlanStep step, HashSet<LayerNode> read, int size)
    {
        checked
        {
            long flops = 0, weights = 0, channelValues = 0, output = 0, published = 0;
            foreach (PlanStage stage in step.Stages)
            {
                LayerWork work = LayerWork.Of(stage);
                flops += work.Flops;
                weights += work.Weights;
                channelValues = work.ChannelValues ?? channelValues;
                bool isWritten = stage == step.Stages[^1] || read.Contains(stage.Node);
                output += isWritten ? size * stage.Shape.ElementCount : 0;
                published += stage.IsObserved && !(isWritten && size == sizeof(float)) ? sizeof(float) * stage.Shape.ElementCount : 0;
            }

            bool isTwice = step.Residual?.Node == step.Input.Node;
            long input = isTwice ? step.Input.Shape.ElementCount : LayerWork.ElementsRead(step.Head, step.Input.Shape);
            long residual = step.Residual is { } other && !isTwice ? other.Shape.ElementCount : 0;
            return new StepWork(step, flops, size * input, size * residual, (size * weights) + (sizeof(float) * channelValues), output, published);
        }
    }
}

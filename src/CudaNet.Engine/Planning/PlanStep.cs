namespace CudaNet.Engine;

/// <summary>
/// What runs as one piece: <c>convolution [+ bn] [+ add] [+ relu]</c>, or one of the other kinds. Every stage has a defined value, whether it is
/// stored or not; the last stage is always stored.
/// </summary>
/// <param name="Index">Place in the plan.</param>
/// <param name="Input">The value it reads.</param>
/// <param name="Residual">The second operand of its <see cref="Add"/>, or null.</param>
/// <param name="Stages">Its layers in execution order.</param>
public sealed record PlanStep(int Index, PlanValue Input, PlanValue? Residual, IReadOnlyList<PlanStage> Stages)
{
    /// <summary>The first layer.</summary>
    public PlanStage Head => Stages[0];

    /// <summary>The value the step ends with.</summary>
    public PlanValue Output => Stages[^1].Stored!;

    /// <summary>The values it reads.</summary>
    internal IEnumerable<PlanValue> Reads => Residual is null ? [Input] : [Input, Residual];

    /// <summary>The values it reads or stores.</summary>
    internal IEnumerable<PlanValue> Values => Reads.Concat(Stages.Select(s => s.Stored).OfType<PlanValue>());

    /// <summary>In words: <c>convolution + bn + relu</c>.</summary>
    public string Describe() => string.Join(" + ", Stages.Select(s => s.Node.Op.StepName));
}

namespace CudaNet.Engine;

/// <summary><c>torch.nn.Linear</c>: x · weightᵀ + bias. Weight (outFeatures, inFeatures), bias (outFeatures).</summary>
public sealed record Linear(int InFeatures, int OutFeatures, bool Bias = true) : LayerOp
{
    /// <inheritdoc/>
    public override string Kind => "Linear";

    internal override string StepName => "linear";

    internal override FusionPlace Place => FusionPlace.Alone;

    /// <inheritdoc/>
    public override string Describe() => $"{InFeatures} → {OutFeatures}" + (Bias ? "" : ", no bias");

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterSpec> Parameters
    {
        get
        {
            ParameterSpec weight = new("weight", new TensorShape(OutFeatures, InFeatures));
            return Bias ? [weight, new ParameterSpec("bias", new TensorShape(OutFeatures))] : [weight];
        }
    }

    /// <inheritdoc/>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs) => new(Single(inputs, 2, InFeatures).Batch, OutFeatures);

    internal override void Validate()
    {
        RequirePositive(InFeatures, "input features");
        RequirePositive(OutFeatures, "output features");
    }
}

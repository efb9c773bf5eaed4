namespace CudaNet.Engine;

/// <summary>
/// <c>torch.nn.BatchNorm2d</c> in inference: (x − running_mean) / √(running_var + eps) · weight + bias, each per channel.
/// </summary>
public sealed record BatchNorm2d(int Channels, double Epsilon = 1e-5) : LayerOp
{
    /// <inheritdoc/>
    public override string Kind => "BatchNorm2d";

    internal override string StepName => "bn";

    internal override FusionPlace Place => FusionPlace.Norm;

    /// <inheritdoc/>
    public override string Describe() => Epsilon == 1e-5 ? $"{Channels}" : FormattableString.Invariant($"{Channels}, eps {Epsilon}");

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterSpec> Parameters
    {
        get
        {
            TensorShape shape = new(Channels);
            return [new("weight", shape), new("bias", shape), new("running_mean", shape), new("running_var", shape)];
        }
    }

    /// <inheritdoc/>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs) => Single(inputs, 4, Channels);

    internal override void Validate() => RequirePositive(Channels, "channels");
}

/// <summary><c>torch.nn.ReLU</c>: max(x, 0), and NaN stays NaN.</summary>
public sealed record ReLU : LayerOp
{
    /// <inheritdoc/>
    public override string Kind => "ReLU";

    internal override string StepName => "relu";

    internal override FusionPlace Place => FusionPlace.Activation;

    /// <inheritdoc/>
    public override string Describe() => "";

    /// <inheritdoc/>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs) =>
        inputs.Length == 1 ? inputs[0] : throw new ShapeException($"ReLU takes one input, not {inputs.Length}");
}

/// <summary>The sum of two values of one shape: a residual block's <c>+</c>.</summary>
public sealed record Add : LayerOp
{
    /// <inheritdoc/>
    public override int InputCount => 2;

    /// <inheritdoc/>
    public override string Kind => "Add";

    internal override string StepName => "add";

    internal override FusionPlace Place => FusionPlace.Sum;

    /// <inheritdoc/>
    public override string Describe() => "";

    /// <inheritdoc/>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs) =>
        inputs.Length != 2 ? throw new ShapeException($"Add takes two inputs, not {inputs.Length}")
        : inputs[0] == inputs[1] ? inputs[0]
        : throw new ShapeException($"Add takes two inputs of one shape, not {inputs[0]} and {inputs[1]}");
}

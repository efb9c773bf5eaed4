namespace CudaNet.Engine;

/// <summary>
/// Adds a constant image to each image of the batch, as networks do that were trained on pixels less the training set's mean image: N×C×H×W → N×C×H×W.
/// Parameter <c>bias</c> (C, H, W), for a mean its negative. It has no class in <c>torch.nn</c>.
/// </summary>
public sealed record Offset(int Channels, int Height, int Width) : LayerOp
{
    /// <inheritdoc/>
    public override string Kind => "Offset";

    internal override string StepName => "offset";

    internal override FusionPlace Place => FusionPlace.Alone;

    /// <inheritdoc/>
    public override string Describe() => $"{Channels}×{Height}×{Width}";

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterSpec> Parameters => [new("bias", new TensorShape(Channels, Height, Width))];

    /// <inheritdoc/>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs)
    {
        Validate();
        TensorShape shape = Single(inputs, 4);
        return (shape.Channels, shape.Height, shape.Width) == (Channels, Height, Width)
            ? shape
            : throw new ShapeException($"Offset takes images of {Describe()}, not the {shape.Channels}×{shape.Height}×{shape.Width} of {shape}");
    }

    internal override void Validate()
    {
        RequirePositive(Channels, "channels");
        RequirePositive(Height, "rows");
        RequirePositive(Width, "columns");
    }
}

namespace CudaNet.Engine;

/// <summary><c>torch.nn.Flatten</c>: an image's values as one vector, in the order of channels, rows and columns: N×C×H×W → N×(C·H·W).</summary>
public sealed record Flatten : LayerOp
{
    /// <inheritdoc/>
    public override string Kind => "Flatten";

    internal override string StepName => "flatten";

    internal override FusionPlace Place => FusionPlace.Alone;

    /// <inheritdoc/>
    public override string Describe() => "";

    /// <inheritdoc/>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs)
    {
        TensorShape shape = Single(inputs, 4);

        // The extents' product without the batch, which may be 0.
        long values = new TensorShape(shape.Channels, shape.Height, shape.Width).ElementCount;
        return values <= int.MaxValue
            ? new TensorShape(shape.Batch, (int)values)
            : throw new ShapeException($"Flatten of {shape} makes vectors of {values} values, more than the {int.MaxValue} that an extent counts");
    }
}

namespace CudaNet.Engine;

/// <summary>The image batch a run is given, N×C×H×W: a graph's first node, named <c>input</c>.</summary>
public sealed record GraphInput(int Channels) : LayerOp
{
    /// <inheritdoc/>
    public override int InputCount => 0;

    /// <inheritdoc/>
    public override string Kind => "Input";

    internal override string StepName => "input";

    internal override FusionPlace Place => FusionPlace.Alone;

    /// <inheritdoc/>
    public override string Describe() => $"{Channels} channels";

    /// <inheritdoc/>
    /// <param name="inputs">The shape of the batch itself, which has no layer before it.</param>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs)
    {
        TensorShape shape = Single(inputs, 4, Channels);
        return shape.ElementCount > 0 ? shape : throw new ShapeException($"a batch of shape {shape} is empty");
    }

    internal override void Validate() => RequirePositive(Channels, "channels");
}

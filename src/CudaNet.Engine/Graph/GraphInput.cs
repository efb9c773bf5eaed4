namespace CudaNet.Engine;

/// <summary>The image batch a run is given, N×C×H×W: a graph's first node, named <c>input</c>.</summary>
/// <param name="Channels">Channels of an image.</param>
/// <param name="Height">The one height that the network takes; null where it takes any.</param>
/// <param name="Width">The one width that the network takes; null where it takes any.</param>
public sealed record GraphInput(int Channels, int? Height = null, int? Width = null) : LayerOp
{
    /// <inheritdoc/>
    public override int InputCount => 0;

    /// <inheritdoc/>
    public override string Kind => "Input";

    internal override string StepName => "input";

    internal override FusionPlace Place => FusionPlace.Alone;

    /// <inheritdoc/>
    public override string Describe() => $"{Channels} channels" + (Height is null && Width is null ? "" : $", {Side(Height)}×{Side(Width)}");

    /// <inheritdoc/>
    /// <param name="inputs">The shape of the batch itself, which has no layer before it.</param>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs)
    {
        TensorShape shape = Single(inputs, 4, Channels);
        if ((Height ?? shape.Height) != shape.Height || (Width ?? shape.Width) != shape.Width)
        {
            throw new ShapeException($"the network takes images of {Side(Height)}×{Side(Width)} (height×width) only, not {shape.Height}×{shape.Width}");
        }

        return shape.ElementCount > 0 ? shape : throw new ShapeException($"a batch of shape {shape} is empty");
    }

    internal override void Validate()
    {
        RequirePositive(Channels, "channels");
        RequirePositive(Height ?? 1, "rows");
        RequirePositive(Width ?? 1, "columns");
    }

    private static string Side(int? extent) => extent is { } pixels ? $"{pixels}" : "any";
}

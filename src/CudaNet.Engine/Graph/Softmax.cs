namespace CudaNet.Engine;

/// <summary>
/// <c>torch.nn.Softmax(dim=1)</c>: exp(x − m) / Σ exp(x − m) over an image's values, m being the largest of them: N×C → N×C. A row that holds NaN or +∞, or
/// −∞ only, is NaN throughout.
/// </summary>
public sealed record Softmax : LayerOp
{
    /// <inheritdoc/>
    public override string Kind => "Softmax";

    internal override string StepName => "softmax";

    internal override FusionPlace Place => FusionPlace.Alone;

    /// <inheritdoc/>
    public override string Describe() => "";

    /// <inheritdoc/>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs) => Single(inputs, 2);
}

namespace CudaNet.Engine;

/// <summary><c>torch.nn.MaxPool2d</c> with a square window, floor mode; padding never wins (it counts as −∞), NaN does.</summary>
public sealed record MaxPool2d(int Kernel, int Stride, int Padding = 0) : LayerOp
{
    /// <inheritdoc/>
    public override string Kind => "MaxPool2d";

    /// <inheritdoc/>
    public override string Describe() => $"{Kernel}×{Kernel}, stride {Stride}" + (Padding == 0 ? "" : $", padding {Padding}");

    /// <inheritdoc/>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs)
    {
        Validate();
        TensorShape shape = Single(inputs, 4);
        return new TensorShape(shape.Batch, shape.Channels, WindowCount(shape, 2, Kernel, Stride, Padding, 1), WindowCount(shape, 3, Kernel, Stride, Padding, 1));
    }

    /// <summary>Padding is at most half the window, so that every window sees a real element.</summary>
    internal override void Validate()
    {
        if (Kernel <= 0 || Stride <= 0 || Padding < 0 || Padding > Kernel / 2)
        {
            throw new ShapeException($"MaxPool2d {Kernel}×{Kernel}, stride {Stride}, padding {Padding}: window and stride must be positive, padding at most half the window");
        }
    }
}

/// <summary>The mean over all rows and columns: N×C×H×W → N×C (timm's <c>global_pool</c>, torchvision's <c>avgpool</c> and flatten).</summary>
public sealed record GlobalAveragePool : LayerOp
{
    /// <inheritdoc/>
    public override string Kind => "GlobalAveragePool";

    /// <inheritdoc/>
    public override string Describe() => "";

    /// <inheritdoc/>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs)
    {
        TensorShape shape = Single(inputs, 4);
        return new TensorShape(shape.Batch, shape.Channels);
    }
}

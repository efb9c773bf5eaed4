namespace CudaNet.Engine;

/// <summary>
/// Pooling over square windows, as <c>torch.nn</c> places them: floor mode drops a window that does not fit whole, <paramref name="CeilMode"/> cuts it off
/// where it leaves the padded image, and drops it only where it would start beyond the image's last row (column).
/// </summary>
/// <param name="Kernel">Rows and columns of a window.</param>
/// <param name="Stride">Rows (columns) from one window to the next.</param>
/// <param name="Padding">How far windows reach beyond the image; smaller than a window on every side, so that each sees a real element.</param>
/// <param name="CeilMode">Keeps a last window that does not fit whole.</param>
public abstract record WindowPool(int Kernel, int Stride, Padding Padding, bool CeilMode) : LayerOp
{
    internal override FusionPlace Place => FusionPlace.Alone;

    /// <inheritdoc/>
    public override string Describe() =>
        $"{Kernel}×{Kernel}, stride {Stride}" + (Padding == default ? "" : $", padding {Padding}") + (CeilMode ? ", ceil mode" : "");

    /// <inheritdoc/>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs)
    {
        Validate();
        TensorShape shape = Single(inputs, 4);
        return new TensorShape(
            shape.Batch,
            shape.Channels,
            WindowCount(shape, 2, new Window(Kernel, Stride, Padding.Top, Padding.Bottom, CeilMode: CeilMode)),
            WindowCount(shape, 3, new Window(Kernel, Stride, Padding.Left, Padding.Right, CeilMode: CeilMode)));
    }

    internal override void Validate()
    {
        if (Kernel <= 0 || Stride <= 0 || Padding.Smallest < 0 || Padding.Largest >= Kernel)
        {
            throw new ShapeException($"{Kind} {Kernel}×{Kernel}, stride {Stride}, padding {Padding}: window and stride must be positive, padding smaller than the window");
        }
    }
}

/// <summary><c>torch.nn.MaxPool2d</c> with a square window; padding never wins (it counts as −∞), NaN does.</summary>
public sealed record MaxPool2d(int Kernel, int Stride, Padding Padding = default, bool CeilMode = false) : WindowPool(Kernel, Stride, Padding, CeilMode)
{
    /// <inheritdoc/>
    public override string Kind => "MaxPool2d";

    internal override string StepName => "max pool";
}

/// <summary>
/// <c>torch.nn.AvgPool2d</c> with a square window: the sum of a window's elements over their number. With <paramref name="CountIncludePad"/> the zeros of
/// the padding count; what a window of ceil mode reaches beyond the padded image never does.
/// </summary>
public sealed record AvgPool2d(int Kernel, int Stride, Padding Padding = default, bool CeilMode = false, bool CountIncludePad = true)
    : WindowPool(Kernel, Stride, Padding, CeilMode)
{
    /// <inheritdoc/>
    public override string Kind => "AvgPool2d";

    internal override string StepName => "average pool";

    /// <inheritdoc/>
    public override string Describe() => base.Describe() + (CountIncludePad || Padding == default ? "" : ", padding not counted");
}

/// <summary>The mean over all rows and columns: N×C×H×W → N×C (timm's <c>global_pool</c>, torchvision's <c>avgpool</c> and flatten).</summary>
public sealed record GlobalAveragePool : LayerOp
{
    /// <inheritdoc/>
    public override string Kind => "GlobalAveragePool";

    internal override string StepName => "global average pool";

    internal override FusionPlace Place => FusionPlace.Alone;

    /// <inheritdoc/>
    public override string Describe() => "";

    /// <inheritdoc/>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs)
    {
        TensorShape shape = Single(inputs, 4);
        return new TensorShape(shape.Batch, shape.Channels);
    }
}

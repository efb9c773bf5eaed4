namespace CudaNet.Engine;

/// <summary>
/// <c>torch.nn.Conv2d</c>: cross-correlation with zero padding. Weight (outChannels, inChannels / groups, kernelHeight, kernelWidth), bias (outChannels).
/// </summary>
public sealed record Conv2d(int InChannels, int OutChannels, int KernelHeight, int KernelWidth, int Stride = 1, Padding Padding = default, int Dilation = 1, int Groups = 1, bool Bias = false) : LayerOp
{
    /// <inheritdoc/>
    public override string Kind => "Conv2d";

    internal override string StepName => "convolution";

    internal override FusionPlace Place => FusionPlace.Convolution;

    /// <inheritdoc/>
    public override string Describe() =>
        $"{KernelHeight}×{KernelWidth}, {InChannels} → {OutChannels}"
        + (Stride == 1 ? "" : $", stride {Stride}")
        + (Padding == default ? "" : $", padding {Padding}")
        + (Dilation == 1 ? "" : $", dilation {Dilation}")
        + (Groups == 1 ? "" : $", groups {Groups}")
        + (Bias ? ", bias" : "");

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterSpec> Parameters
    {
        get
        {
            ParameterSpec weight = new("weight", new TensorShape(OutChannels, InChannels / Groups, KernelHeight, KernelWidth));
            return Bias ? [weight, new ParameterSpec("bias", new TensorShape(OutChannels))] : [weight];
        }
    }

    /// <inheritdoc/>
    public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs)
    {
        Validate();
        TensorShape shape = Single(inputs, 4, InChannels);
        return new TensorShape(
            shape.Batch,
            OutChannels,
            WindowCount(shape, 2, new Window(KernelHeight, Stride, Padding.Top, Padding.Bottom, Dilation)),
            WindowCount(shape, 3, new Window(KernelWidth, Stride, Padding.Left, Padding.Right, Dilation)));
    }

    internal override void Validate()
    {
        bool positive = InChannels > 0 && OutChannels > 0 && KernelHeight > 0 && KernelWidth > 0 && Stride > 0 && Dilation > 0 && Groups > 0 && Padding.Smallest >= 0;
        if (!positive || InChannels % Groups != 0 || OutChannels % Groups != 0)
        {
            throw new ShapeException(
                $"Conv2d {InChannels} → {OutChannels}, {KernelHeight}×{KernelWidth}, stride {Stride}, padding {Padding}, dilation {Dilation}, groups {Groups}: "
                + "everything must be positive (padding at least 0) and the groups must divide both channel counts");
        }
    }
}

namespace CudaNet.Engine;

/// <summary>
/// <c>torch.nn.Conv2d</c>: cross-correlation with zero padding. Weight (outChannels, inChannels / groups, kernelHeight, kernelWidth), bias (outChannels).
/// </summary>
public sealed record Conv2d(int InChannels, int OutChannels, int KernelHeight, int KernelWidth, int Stride = 1, int Padding = 0, int Dilation = 1, int Groups = 1, bool Bias = false) : LayerOp
{
    /// <summary>Checked once, so that shape rules and kernels can divide.</summary>
    public int Groups { get; init; } = Check(InChannels, OutChannels, KernelHeight, KernelWidth, Stride, Padding, Dilation, Groups);

    /// <inheritdoc/>
    public override string Kind => "Conv2d";

    /// <inheritdoc/>
    public override string Describe() =>
        $"{KernelHeight}×{KernelWidth}, {InChannels} → {OutChannels}"
        + (Stride == 1 ? "" : $", stride {Stride}")
        + (Padding == 0 ? "" : $", padding {Padding}")
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
        TensorShape shape = Single(inputs, 4, InChannels);
        return new TensorShape(
            shape.Batch,
            OutChannels,
            WindowCount(shape, 2, KernelHeight, Stride, Padding, Dilation),
            WindowCount(shape, 3, KernelWidth, Stride, Padding, Dilation));
    }

    private static int Check(int inChannels, int outChannels, int kernelHeight, int kernelWidth, int stride, int padding, int dilation, int groups)
    {
        bool positive = inChannels > 0 && outChannels > 0 && kernelHeight > 0 && kernelWidth > 0 && stride > 0 && dilation > 0 && groups > 0 && padding >= 0;
        return positive && inChannels % groups == 0 && outChannels % groups == 0
            ? groups
            : throw new ShapeException(
                $"Conv2d {inChannels} → {outChannels}, {kernelHeight}×{kernelWidth}, stride {stride}, padding {padding}, dilation {dilation}, groups {groups}: "
                + "everything must be positive (padding at least 0) and the groups must divide both channel counts");
    }
}

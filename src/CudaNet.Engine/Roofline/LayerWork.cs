namespace CudaNet.Engine;

/// <summary>What one layer adds to the work of its step.</summary>
/// <param name="Flops">Two for each multiply-add of a convolution or a fully connected layer.</param>
/// <param name="Weights">Elements of its matrix.</param>
/// <param name="ChannelValues">Values that it needs beside them, in place of those of the layers before it; null where it needs none.</param>
internal readonly record struct LayerWork(long Flops, long Weights, long? ChannelValues)
{
    public static LayerWork Of(PlanStage stage) => stage.Node.Op switch
    {
        Conv2d op => Matrix(stage, op.Bias),
        Linear op => Matrix(stage, op.Bias),

        // A convolution's bias goes into the shift.
        BatchNorm2d op => new LayerWork(0, 0, 2L * op.Channels),
        Offset => new LayerWork(0, 0, stage.Node.Parameters[0].Shape.ElementCount),
        Add or ReLU or WindowPool or GlobalAveragePool or Softmax or Flatten => new LayerWork(0, 0, null),
        _ => throw new UnknownOperatorException("the roofline", stage.Node),
    };

    /// <summary>How many elements of its input a step's first layer reads. A dilated convolution is taken to read all.</summary>
    public static long ElementsRead(PlanStage head, TensorShape input)
    {
        return head.Node.Op switch
        {
            Conv2d { Dilation: 1 } op => Read(op.KernelHeight, op.KernelWidth, op.Stride, op.Padding),
            WindowPool op => Read(op.Kernel, op.Kernel, op.Stride, op.Padding),
            _ => input.ElementCount,
        };

        long Read(int height, int width, int stride, Padding padding) => (long)input.Batch * input.Channels
            * Covered(input.Height, head.Shape.Height, height, stride, padding.Top)
            * Covered(input.Width, head.Shape.Width, width, stride, padding.Left);
    }

    private static LayerWork Matrix(PlanStage stage, bool bias)
    {
        TensorShape weight = stage.Node.Parameters[0].Shape;
        return checked(new LayerWork(2 * stage.Shape.ElementCount * (weight.ElementCount / weight[0]), weight.ElementCount, bias ? weight[0] : null));
    }

    /// <summary>How many positions of an axis lie in a window.</summary>
    private static long Covered(int extent, int windows, int kernel, int stride, int before)
    {
        if (stride <= kernel)
        {
            return Math.Clamp(((windows - 1L) * stride) - before + kernel, 0, extent);
        }

        long covered = 0;
        for (long start = -before; start < ((long)windows * stride) - before; start += stride)
        {
            covered += Math.Max(0, Math.Min(extent, start + kernel) - Math.Max(0, start));
        }

        return covered;
    }
}

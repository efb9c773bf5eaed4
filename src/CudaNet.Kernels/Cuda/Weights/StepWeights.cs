namespace CudaNet.Kernels.Cuda;

/// <summary>What the layers of a step need on the device.</summary>
internal sealed class StepWeights
{
    /// <summary>A convolution's filters, (K, R, S, pitch), or a fully connected layer's rows, (O, I), in the storage precision; null where there are none.</summary>
    public DeviceBuffer? Matrix { get; init; }

    /// <summary>Channels of a filter, those of a group, with the zeros behind them.</summary>
    public int Pitch { get; init; }

    /// <summary>(K) in fp32, or null; scaled as the filters are. An offset's (H, W, C).</summary>
    public DeviceBuffer? Bias { get; init; }

    /// <summary>What follows the sums: batch norm, or what undoes the filters' scaling, or both; for a fully connected layer with scaled rows its bias too.</summary>
    public ChannelConstants? Constants { get; init; }

    /// <summary>What makes the sums true where filters are scaled; null where they are not.</summary>
    public ChannelConstants? Unscaling { get; init; }

    /// <summary>
    /// What the fused call has instead of all these; null where it is not asked for, where nothing follows the convolution, and where other steps read a value
    /// inside the step.
    /// </summary>
    public FoldedConvolution? Folded { get; init; }

    /// <summary>
    /// True for a shortcut's convolution with batch norm whose value is only ever added to something: it stays as the convolution stored it, and whoever adds
    /// it applies <see cref="Constants"/> first.
    /// </summary>
    public bool IsDeferred { get; init; }
}

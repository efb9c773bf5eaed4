using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// How a layer is computed: a function of the layer and of the image it gets, never of batch (but for <see cref="CpuConvolutions.AutoPerBatch"/>), threads, vector width or observers, because the order of
/// its sums follows from it. The name is what listings show, and what the weights' form is kept under.
/// </summary>
internal static class StepAlgorithms
{
    /// <summary>The most channels for which the run's input is kept as runs of neighbouring values instead of blocks of 16.</summary>
    private const int MaxCompactChannels = 8;

    /// <summary>With fewer channels on either side of a group, a direct sum's padding and packing cost more than they save.</summary>
    private const int LeastPackedChannels = 9;

    public const string Direct = "direct";
    public const string CompactDirect = "direct, compact input";
    public const string PackedGroups = "direct, packed groups";
    public const string Lanewise = "lanewise";
    public const string ScaleAndShift = "scale and shift";
    public const string Panels = "panels";
    public const string Rows = "rows";

    /// <summary>Ends the name where a layer is computed together with the step before its own.</summary>
    public const string WithStepBefore = ", with the step before";

    /// <summary>Whether a convolution's groups do not fill blocks of 16 channels.</summary>
    public static bool SplitsBlocks(Conv2d op)
    {
        int block = BlockedImage.BlockChannels;
        return op.Groups > 1 && (op.InChannels / op.Groups % block != 0 || op.OutChannels / op.Groups % block != 0);
    }

    /// <summary>How a convolution is summed where <see cref="WinogradChoice"/> leaves it a sum.</summary>
    /// <param name="op">The layer.</param>
    /// <param name="readsInput">True where it reads the run's input.</param>
    /// <param name="isTransformed">Whether its weights may be transformed for Winograd's algorithms.</param>
    public static string Of(Conv2d op, bool readsInput, bool isTransformed)
    {
        if (ExchangeKernel.Channels(op) == BlockedImage.BlockChannels && !isTransformed)
        {
            return Lanewise;
        }

        if (SplitsBlocks(op))
        {
            return Math.Min(op.InChannels, op.OutChannels) / op.Groups < LeastPackedChannels ? Lanewise : PackedGroups;
        }

        bool isCompact = readsInput && !isTransformed && op is { Groups: 1, Dilation: 1, KernelWidth: > 1, InChannels: <= MaxCompactChannels };
        return isCompact ? CompactDirect : Direct;
    }
}

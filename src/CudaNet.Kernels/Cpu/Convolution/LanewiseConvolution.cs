using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Weights for <see cref="LanewisePhase{T}"/>, for groups that do not fill blocks of 16 channels (ResNeXt's 4 and 8, depthwise):
/// [block of 16 outputs][row][column][channel of the group][16].
/// </summary>
internal sealed unsafe class LanewiseConvolution : PackedConvolution
{
    public LanewiseConvolution(Conv2d op, ReadOnlySpan<float> weight, float* bias, NativeArena arena)
        : base(op, bias)
    {
        GroupChannels = op.InChannels / op.Groups;
        ExchangedChannels = ExchangeKernel.Channels(op);
        int window = op.KernelHeight * op.KernelWidth;
        int filterTerms = GroupChannels * window;
        RowWeights = (nint)op.KernelWidth * GroupChannels * BlockedImage.BlockChannels;
        ChunkRows = Math.Clamp(ReductionPlan.MaxChunkTerms / (op.KernelWidth * GroupChannels), 1, op.KernelHeight);
        BlockWeights = (nint)filterTerms * BlockedImage.BlockChannels;
        long blocks = BlockedImage.PaddedChannels(op.OutChannels) / BlockedImage.BlockChannels;
        Weights = arena.Allocate(blocks * BlockWeights, "packed weights").Pointer;
        for (int output = 0; output < op.OutChannels && !weight.IsEmpty; output++)
        {
            ReadOnlySpan<float> filter = weight.Slice(output * filterTerms, filterTerms);
            float* block = Weights + (output / BlockedImage.BlockChannels * BlockWeights);
            int lane = output % BlockedImage.BlockChannels;
            for (int position = 0; position < window; position++)
            {
                for (int c = 0; c < GroupChannels; c++)
                {
                    (int index, int target) = ExchangedChannels > 0 ? ((lane ^ c) & (ExchangedChannels - 1), (lane & -ExchangedChannels) | c) : (c, lane);
                    block[((((nint)position * GroupChannels) + index) * BlockedImage.BlockChannels) + target] = filter[(c * window) + position];
                }
            }
        }
    }

    public float* Weights { get; }

    /// <summary>Weights of 16 outputs.</summary>
    public nint BlockWeights { get; }

    /// <summary>Weights of 16 outputs in one row of the window.</summary>
    public nint RowWeights { get; }

    /// <summary>Rows of the window that are summed from zero in one go: about <see cref="ReductionPlan.MaxChunkTerms"/> terms.</summary>
    public int ChunkRows { get; }

    public int GroupChannels { get; }

    /// <summary>
    /// The channels of a group, where they are 4, 8 or 16 on both sides, otherwise 0. Then weights stand in the lane of the input channel, and their index is the exclusive-or of input and output
    /// lane: <see cref="ExchangeKernel"/>.
    /// </summary>
    public int ExchangedChannels { get; }

    /// <summary>The input channel that output <paramref name="output"/> multiplies with its weight of group channel <paramref name="index"/>.</summary>
    public int SourceChannel(int output, int index)
    {
        int group = Math.Min(output, Op.OutChannels - 1) / (Op.OutChannels / Op.Groups);
        return (group * GroupChannels) + index;
    }
}

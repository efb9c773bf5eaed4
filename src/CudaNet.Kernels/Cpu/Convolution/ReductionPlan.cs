using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>Up to 16 neighbouring terms of a convolution's sum: a block of channels at one position of the window.</summary>
internal readonly record struct TermGroup(int Block, int Row, int Column);

/// <summary>A run of groups that are summed from zero in one go.</summary>
/// <param name="FirstGroup">Its first group.</param>
/// <param name="Groups">How many.</param>
/// <param name="TermsPerGroup">Terms of each, at most 16.</param>
/// <param name="FirstTerm">Terms of all chunks before it.</param>
internal readonly record struct TermChunk(int FirstGroup, int Groups, int TermsPerGroup, int FirstTerm)
{
    public int Terms => Groups * TermsPerGroup;
}

/// <summary>
/// The order in which a convolution adds its terms: block of channels, window row, window column, channel; cut into chunks of at most
/// <see cref="MaxChunkTerms"/>, whose sums are added in order. A function of the layer alone, so that neither batch, nor image, nor thread changes a bit.
/// Chunks also keep a panel of weights and a tile of pixels in the first-level cache.
/// </summary>
internal sealed class ReductionPlan
{
    /// <summary>The nine positions of a 3×3 window by 16 channels: by 32 outputs 18 KiB of weights, by 14 pixels 8 KiB of values.</summary>
    public const int MaxChunkTerms = 144;

    /// <summary>Far beyond every network; the order of more terms than this would be larger than the values that they are made of.</summary>
    private const int MaxTerms = 1 << 24;

    private readonly List<TermGroup> _groups = [];
    private readonly List<TermChunk> _chunks = [];
    private readonly List<int> _filterOffsets = [];

    /// <param name="op">The layer.</param>
    /// <param name="isCompact">
    /// The input is <see cref="CompactInput"/>: a window's row is one run of kernelWidth · channels values, cut into blocks of 16 as if they were channels.
    /// </param>
    /// <exception cref="CudaNetException">The window has more than 2²⁴ weights.</exception>
    public ReductionPlan(Conv2d op, bool isCompact)
    {
        IsCompact = isCompact;
        int channels = op.InChannels / op.Groups;
        if ((long)channels * op.KernelHeight * op.KernelWidth > MaxTerms)
        {
            throw new CudaNetException($"a filter of {channels}×{op.KernelHeight}×{op.KernelWidth} weights is beyond the {MaxTerms} that the cpu backend sums")
            {
                Hint = "The reference backend computes it, slowly.",
            };
        }

        int lanes = isCompact ? channels * op.KernelWidth : channels;
        int fullBlocks = lanes / BlockedImage.BlockChannels;
        int rest = lanes % BlockedImage.BlockChannels;
        AddSection(op, 0, fullBlocks, BlockedImage.BlockChannels);
        if (rest > 0)
        {
            AddSection(op, fullBlocks, 1, rest);
        }
    }

    public bool IsCompact { get; }

    public IReadOnlyList<TermGroup> Groups => _groups;

    public IReadOnlyList<TermChunk> Chunks => _chunks;

    public int Terms => _filterOffsets.Count;

    public int MaxGroups => _chunks.Max(c => c.Groups);

    /// <summary>Where each term, in order, stands in a filter (C / groups, R, S).</summary>
    public ReadOnlySpan<int> FilterOffsets => CollectionsMarshal.AsSpan(_filterOffsets);

    /// <summary>Which term of a compact input a weight belongs to.</summary>
    public static int CompactTerm(Conv2d op, int channel, int row, int column)
    {
        int lanes = op.InChannels * op.KernelWidth;
        (int block, int lane) = Math.DivRem((column * op.InChannels) + channel, BlockedImage.BlockChannels);
        int terms = Math.Min(BlockedImage.BlockChannels, lanes - (block * BlockedImage.BlockChannels));
        return (block * op.KernelHeight * BlockedImage.BlockChannels) + (row * terms) + lane;
    }

    private void AddSection(Conv2d op, int firstBlock, int blocks, int termsPerGroup)
    {
        int columns = IsCompact ? 1 : op.KernelWidth;
        int firstGroup = _groups.Count;
        int firstTerm = Terms;
        for (int block = firstBlock; block < firstBlock + blocks; block++)
        {
            for (int row = 0; row < op.KernelHeight; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    _groups.Add(new TermGroup(block, row, column));
                    AddTerms(op, block * BlockedImage.BlockChannels, row, column, termsPerGroup);
                }
            }
        }

        int count = _groups.Count - firstGroup;
        int limit = MaxChunkTerms / termsPerGroup;
        int chunks = (count + limit - 1) / limit;
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            int first = (int)((long)count * chunk / chunks);
            int end = (int)((long)count * (chunk + 1) / chunks);
            _chunks.Add(new TermChunk(firstGroup + first, end - first, termsPerGroup, firstTerm + (first * termsPerGroup)));
        }
    }

    private void AddTerms(Conv2d op, int firstLane, int row, int column, int count)
    {
        int channels = op.InChannels / op.Groups;
        for (int lane = firstLane; lane < firstLane + count; lane++)
        {
            (int x, int c) = IsCompact ? Math.DivRem(lane, channels) : (column, lane);
            _filterOffsets.Add((((c * op.KernelHeight) + row) * op.KernelWidth) + x);
        }
    }
}

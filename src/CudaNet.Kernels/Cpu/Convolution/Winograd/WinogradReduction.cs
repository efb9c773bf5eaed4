namespace CudaNet.Kernels.Cpu;

/// <summary>A run of blocks of channels that are summed from zero in one go.</summary>
/// <param name="Index">Which chunk.</param>
/// <param name="FirstBlock">Its first block of 16 channels.</param>
/// <param name="Blocks">How many.</param>
/// <param name="TermsPerBlock">Channels of each, at most 16.</param>
/// <param name="FirstTerm">Channels of all chunks before it.</param>
internal readonly record struct WinogradChunk(int Index, int FirstBlock, int Blocks, int TermsPerBlock, int FirstTerm)
{
    public int Terms => Blocks * TermsPerBlock;
}

/// <summary>The order in which a point's products are added: channel by channel, in chunks whose sums are added in order. A function of the layer alone.</summary>
internal sealed class WinogradReduction
{
    /// <summary>128 channels: by 32 outputs 16 KiB of weights, which stay in the first-level cache while tiles pass by.</summary>
    private const int MaxBlocks = 8;

    private readonly List<WinogradChunk> _chunks = [];

    public WinogradReduction(DirectConvolution direct)
    {
        if (direct.Reduction.IsCompact)
        {
            Terms = 4 * direct.Op.InChannels;
            _chunks.Add(new WinogradChunk(0, 0, 1, Terms, 0));
            return;
        }

        // Of a 3×3 window the direct sum has a chunk for each block of channels.
        IReadOnlyList<TermChunk> blocks = direct.Reduction.Chunks;
        for (int first = 0; first < blocks.Count;)
        {
            int count = 1;
            while (count < MaxBlocks && first + count < blocks.Count && blocks[first + count].TermsPerGroup == blocks[first].TermsPerGroup)
            {
                count++;
            }

            _chunks.Add(new WinogradChunk(_chunks.Count, first, count, blocks[first].TermsPerGroup, Terms));
            Terms += count * blocks[first].TermsPerGroup;
            first += count;
        }
    }

    public IReadOnlyList<WinogradChunk> Chunks => _chunks;

    /// <summary>Channels of a group.</summary>
    public int Terms { get; private set; }
}

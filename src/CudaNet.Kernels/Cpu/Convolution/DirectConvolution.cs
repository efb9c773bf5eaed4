using System.Runtime.CompilerServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Weights for <see cref="DirectPhase{T}"/>: [group][panel][chunk][term][outputs], a panel being two vectors of outputs (one for the last, where
/// they end). Outputs are padded with zeros to blocks of 16; to vectors where groups are packed.
/// </summary>
internal sealed unsafe class DirectConvolution : PackedConvolution
{
    private readonly int _panelOutputs;

    /// <param name="op">The layer.</param>
    /// <param name="reduction">The order of its terms.</param>
    /// <param name="weight">Its filters; empty where only the size is wanted.</param>
    /// <param name="bias">Packed.</param>
    /// <param name="lanes">Of a vector.</param>
    /// <param name="padTo">A multiple of that, to which a group's outputs are padded.</param>
    /// <param name="arena">Owns what is packed.</param>
    public DirectConvolution(Conv2d op, ReductionPlan reduction, ReadOnlySpan<float> weight, float* bias, int lanes, int padTo, NativeArena arena)
        : base(op, bias)
    {
        _panelOutputs = 2 * lanes;
        Reduction = reduction;
        GroupBlocks = op.InChannels / op.Groups / BlockedImage.BlockChannels;
        GroupOutputs = op.OutChannels / op.Groups;
        PaddedOutputs = checked((GroupOutputs + padTo - 1) / padTo * padTo);
        Panels = (PaddedOutputs + _panelOutputs - 1) / _panelOutputs;
        Weights = arena.Allocate((long)op.Groups * PaddedOutputs * reduction.Terms, "packed weights").Pointer;
        for (int output = 0; output < op.OutChannels && !weight.IsEmpty; output++)
        {
            PackFilter(weight.Slice(output * reduction.Terms, reduction.Terms), output);
        }
    }

    public ReductionPlan Reduction { get; }

    public float* Weights { get; }

    /// <summary>Blocks of 16 input channels from group to group, where there are several and each fills its blocks.</summary>
    public int GroupBlocks { get; }

    /// <summary>Output channels of a group.</summary>
    public int GroupOutputs { get; }

    /// <summary>The same, padded.</summary>
    public int PaddedOutputs { get; }

    /// <summary>Panels of a group.</summary>
    public int Panels { get; }

    /// <summary>Those of two vectors: all but the last, which may have one.</summary>
    public int WholePanels => PaddedOutputs / _panelOutputs;

    /// <summary>Outputs of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int PanelOutputs(int panel) => Math.Min(_panelOutputs, PaddedOutputs - (panel * _panelOutputs));

    /// <summary>How many panels are multiplied together from this one on: two where there are registers for them and the next is whole, too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Together<T>(int panel, int endPanel)
        where T : unmanaged, ISimd<T> => TileKernel.Panels<T>() == 2 && panel + 1 < endPanel && PanelOutputs(panel + 1) == _panelOutputs ? 2 : 1;

    /// <summary>Into how many shares threads cut a group's panels: two each, or one where only so panels stay together.</summary>
    public int Splits<T>(int threads)
        where T : unmanaged, ISimd<T>
    {
        int pairs = Panels / TileKernel.Panels<T>();
        return threads == 1 ? 1 : pairs >= 2 * threads ? 2 * threads : pairs >= threads ? threads : Math.Min(Panels, 2 * threads);
    }

    /// <summary>One of so many shares, in panels from the first to the one after the last, which are kept together where there are enough.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (int First, int End) Share<T>(int index, int shares)
        where T : unmanaged, ISimd<T>
    {
        int together = Panels / TileKernel.Panels<T>() >= shares ? TileKernel.Panels<T>() : 1;
        int units = (Panels + together - 1) / together;
        return ((int)((long)units * index / shares) * together, Math.Min(Panels, (int)((long)units * (index + 1) / shares) * together));
    }

    /// <summary>The channels of some panels, from the first to the one after the last; those that pad the last block are among them.</summary>
    public (int First, int End) Channels(int group, int firstPanel, int endPanel)
    {
        int before = group * GroupOutputs;
        return (before + (firstPanel * _panelOutputs), before + Math.Min(endPanel * _panelOutputs, PaddedOutputs));
    }

    /// <summary>The weights of one panel in one chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* Panel(int group, in TermChunk chunk, int panel)
    {
        nint outputsBefore = ((nint)group * PaddedOutputs) + ((nint)panel * _panelOutputs);
        return Weights + (outputsBefore * Reduction.Terms) + ((nint)chunk.FirstTerm * PanelOutputs(panel));
    }

    /// <summary>The weights of one panel at one position of a window whose rows are runs of values.</summary>
    public float* CompactWeights(int panel, int channel, int row, int column)
    {
        int term = ReductionPlan.CompactTerm(Op, channel, row, column);
        foreach (TermChunk chunk in Reduction.Chunks)
        {
            if (term < chunk.FirstTerm + chunk.Terms)
            {
                return Panel(0, chunk, panel) + ((nint)(term - chunk.FirstTerm) * PanelOutputs(panel));
            }
        }

        throw new ArgumentOutOfRangeException(nameof(column), column, "no such weight");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackFilter(ReadOnlySpan<float> filter, int output)
    {
        (int group, int index) = Math.DivRem(output, GroupOutputs);
        (int panel, int lane) = Math.DivRem(index, _panelOutputs);
        int width = PanelOutputs(panel);
        foreach (TermChunk chunk in Reduction.Chunks)
        {
            float* target = Panel(group, chunk, panel) + lane;
            foreach (int offset in Reduction.FilterOffsets.Slice(chunk.FirstTerm, chunk.Terms))
            {
                *target = filter[offset];
                target += width;
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Filters transformed by <typeparamref name="TVariant"/>, [group][panel][chunk][point][term][outputs], a cache line between points so that they are no power
/// of two apart. Made of <see cref="DirectConvolution"/>'s weights: kept here, or made anew by each step that reads them, in the same arithmetic.
/// </summary>
internal sealed unsafe class WinogradWeights<TVariant>
    where TVariant : struct, IWinograd
{
    private readonly WinogradReduction _reduction;
    private readonly DirectConvolution _direct;
    private readonly float* _weights;

    private WinogradWeights(DirectConvolution direct, float* weights)
    {
        _direct = direct;
        _reduction = new WinogradReduction(direct);
        _weights = weights;
    }

    /// <summary>Elements of a layer's transformed weights.</summary>
    public static long Elements(DirectConvolution direct)
    {
        WinogradReduction reduction = new(direct);
        return checked(direct.Op.Groups * ((direct.PaddedOutputs * (long)reduction.Terms) + (direct.Panels * reduction.Chunks.Count * (long)BlockedImage.BlockChannels)) * TVariant.Points);
    }

    public static WinogradWeights<TVariant> Make<T>(DirectConvolution direct, NativeArena arena)
        where T : unmanaged, ISimd<T>
    {
        WinogradWeights<TVariant> made = new(direct, arena.Allocate(Elements(direct), "transformed weights").Pointer);
        if (made._weights == null)
        {
            return made; // Only the size is wanted.
        }

        for (int group = 0; group < direct.Op.Groups; group++)
        {
            for (int panel = 0; panel < direct.Panels; panel++)
            {
                foreach (WinogradChunk chunk in made._reduction.Chunks)
                {
                    Transform<T>(direct, group, panel, chunk, made.Panel(group, panel, chunk));
                }
            }
        }

        return made;
    }

    /// <summary>Elements from point to point.</summary>
    public static nint PointStride(DirectConvolution direct, int panel, in WinogradChunk chunk) => ((nint)chunk.Terms * direct.PanelOutputs(panel)) + BlockedImage.BlockChannels;

    /// <summary>The weights of one panel in one chunk.</summary>
    public float* Panel(int group, int panel, in WinogradChunk chunk)
    {
        nint groupElements = ((nint)_direct.PaddedOutputs * _reduction.Terms) + ((nint)_direct.Panels * _reduction.Chunks.Count * BlockedImage.BlockChannels);
        nint panelElements = ((nint)_direct.PanelOutputs(0) * _reduction.Terms) + ((nint)_reduction.Chunks.Count * BlockedImage.BlockChannels);
        nint chunkElements = ((nint)chunk.FirstTerm * _direct.PanelOutputs(panel)) + ((nint)chunk.Index * BlockedImage.BlockChannels);
        return _weights + (TVariant.Points * ((group * groupElements) + (panel * panelElements) + chunkElements));
    }

    /// <summary>Transforms one panel's filters in one chunk to [point][term][outputs].</summary>
    public static void Transform<T>(DirectConvolution direct, int group, int panel, in WinogradChunk chunk, float* transformed)
        where T : unmanaged, ISimd<T>
    {
        nint point = PointStride(direct, panel, chunk);
        for (int block = 0; block < chunk.Blocks; block++)
        {
            TransformTerms<T>(direct, group, panel, chunk.FirstBlock + block, 0, chunk.TermsPerBlock, transformed, point);
            transformed += chunk.TermsPerBlock * direct.PanelOutputs(panel);
        }
    }

    /// <summary>Transforms some channels of a block of 16; <paramref name="point"/> elements from point to point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformTerms<T>(DirectConvolution direct, int group, int panel, int block, int firstTerm, int terms, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        if (direct.Reduction.IsCompact)
        {
            TransformPhases<T>(direct, panel, firstTerm, terms, transformed, point);
            return;
        }

        // The direct sum's chunks of nine groups are the nine positions of a window, of 16 channels each.
        TermChunk window = direct.Reduction.Chunks[block];
        int width = direct.PanelOutputs(panel);
        nint tap = (nint)window.TermsPerGroup * width;
        float* taps = direct.Panel(group, window, panel) + ((nint)firstTerm * width);
        for (float* end = transformed + ((nint)terms * width); transformed < end; taps += T.Count, transformed += T.Count)
        {
            TVariant.TransformFilter<T>(taps, tap, transformed, point);
        }
    }

    /// <summary>The same of <see cref="SpaceToDepthInput"/>'s channels: each has every other weight of every other row, and zeros where the window ends before.</summary>
    private static void TransformPhases<T>(DirectConvolution direct, int panel, int firstTerm, int terms, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        int channels = direct.Op.InChannels;
        int width = direct.PanelOutputs(panel);
        float* taps = stackalloc float[TVariant.Taps * TVariant.Taps * T.Count];
        for (int term = firstTerm; term < firstTerm + terms; term++)
        {
            (int phase, int channel) = Math.DivRem(term, channels);
            for (int output = 0; output < width; output += T.Count, transformed += T.Count)
            {
                for (int tap = 0; tap < TVariant.Taps * TVariant.Taps; tap++)
                {
                    int row = (2 * (tap / TVariant.Taps)) + (phase / 2);
                    int column = (2 * (tap % TVariant.Taps)) + (phase % 2);
                    bool isInside = row < direct.Op.KernelHeight && column < direct.Op.KernelWidth;
                    T.Store(isInside ? T.Load(direct.CompactWeights(panel, channel, row, column) + output) : default, taps + (tap * T.Count));
                }

                TVariant.TransformFilter<T>(taps, T.Count, transformed, point);
            }
        }
    }
}

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
                    float* rows = made.Panel(group, panel, chunk);
                    for (int row = 0; row < TVariant.Inputs; row++, rows += TVariant.Inputs * PointStride(direct, panel, chunk))
                    {
                        TransformRow<T>(direct, group, panel, chunk, row, rows);
                    }
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

    /// <summary>Transforms one panel's filters in one chunk to [point][term][outputs]: the points of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformRow<T>(DirectConvolution direct, int group, int panel, in WinogradChunk chunk, int row, float* transformed)
        where T : unmanaged, ISimd<T>
    {
        nint point = PointStride(direct, panel, chunk);
        if (direct.Reduction.IsCompact)
        {
            TransformPhases<T>(direct, panel, chunk.Terms, row, transformed, point);
            return;
        }

        int width = direct.PanelOutputs(panel);
        for (int block = 0; block < chunk.Blocks; block++, transformed += chunk.TermsPerBlock * width)
        {
            float* taps = Taps(direct, group, panel, chunk.FirstBlock + block, out nint tap);
            TVariant.TransformFilterRow<T>(row, taps, tap, chunk.TermsPerBlock * width / T.Count, transformed, point);
        }
    }

    /// <summary>The same of two rows of a 3×3 filter, <see cref="WinogradFilter{TVariant}.Pair"/>, one behind the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformPair<T>(DirectConvolution direct, int group, int panel, in WinogradChunk chunk, int pair, float* transformed)
        where T : unmanaged, ISimd<T>
    {
        nint point = PointStride(direct, panel, chunk);
        int width = direct.PanelOutputs(panel);
        for (int block = 0; block < chunk.Blocks; block++, transformed += chunk.TermsPerBlock * width)
        {
            float* taps = Taps(direct, group, panel, chunk.FirstBlock + block, out nint tap);
            WinogradFilter<TVariant>.TransformPair<T>(pair, taps, tap, chunk.TermsPerBlock * width / T.Count, transformed, point);
        }
    }

    /// <summary>The filters of a block of channels: nine taps, each [term][outputs].</summary>
    /// <param name="direct">Has them.</param>
    /// <param name="group">Which group.</param>
    /// <param name="panel">Which panel.</param>
    /// <param name="block">Which block of channels.</param>
    /// <param name="tap">Elements from tap to tap.</param>
    public static float* Taps(DirectConvolution direct, int group, int panel, int block, out nint tap)
    {
        // The direct sum's chunks of nine groups are the nine positions of a window, of 16 channels each.
        TermChunk window = direct.Reduction.Chunks[block];
        tap = (nint)window.TermsPerGroup * direct.PanelOutputs(panel);
        return direct.Panel(group, window, panel);
    }

    /// <summary>The same of <see cref="SpaceToDepthInput"/>'s channels: each has every other weight of every other row, and zeros where the window ends before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransformPhases<T>(DirectConvolution direct, int panel, int terms, int row, float* transformed, nint point)
        where T : unmanaged, ISimd<T>
    {
        int width = direct.PanelOutputs(panel);
        float* taps = stackalloc float[TVariant.Taps * TVariant.Taps * T.Count];
        for (int term = 0; term < terms; term++)
        {
            (int channel, int phase) = Math.DivRem(term, 4);
            for (int output = 0; output < width; output += T.Count, transformed += T.Count)
            {
                for (int tap = 0; tap < TVariant.Taps * TVariant.Taps; tap++)
                {
                    int y = (2 * (tap / TVariant.Taps)) + (phase / 2);
                    int x = (2 * (tap % TVariant.Taps)) + (phase % 2);
                    bool isInside = y < direct.Op.KernelHeight && x < direct.Op.KernelWidth;
                    T.Store(isInside ? T.Load(direct.CompactWeights(panel, channel, y, x) + output) : default, taps + (tap * T.Count));
                }

                TVariant.TransformFilterRow<T>(row, taps, T.Count, 1, transformed, point);
            }
        }
    }
}

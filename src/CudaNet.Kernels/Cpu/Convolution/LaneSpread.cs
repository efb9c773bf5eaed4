using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Copies rows of a source so that each lane of a vector of outputs finds its group's channels in its own lane: [row][column][channel of the group][lanes].</summary>
internal sealed unsafe class LaneSpread<T>
    where T : unmanaged, ISimd<T>
{
    /// <summary>Some of what is spread stays in the first-level cache, all of it in the second-level cache.</summary>
    private const int MaxElements = 1 << 15;
    private const int Lanes = BlockedImage.BlockChannels;

    private readonly LanewiseConvolution _layer;
    private readonly SourceGeometry _from;
    private readonly int _columns;
    private readonly bool _permutes;
    private readonly int[] _lanes;
    private readonly nint[] _offsets;

    public LaneSpread(LanewiseConvolution layer, SourceGeometry from, in BlockedImage to)
    {
        _layer = layer;
        _from = from;
        _columns = ((to.Width - 1) * layer.Op.Stride) + ((layer.Op.KernelWidth - 1) * layer.Op.Dilation) + 1;
        Pixel = (nint)layer.GroupChannels * T.Count;
        Row = _columns * Pixel;

        // The channels of a vector's groups are a vector of the source, where groups are as wide on both sides and fill vectors.
        int width = layer.GroupChannels;
        _permutes = width * layer.Op.Groups == layer.Op.OutChannels && T.Count % width == 0;
        _lanes = [.. Enumerable.Range(0, width * T.Count).Select(i => (i % T.Count / width * width) + (i / T.Count))];
        _offsets = _permutes ? [] : Offsets(layer, from, to.Blocks * Lanes);
        OutputRows = 1;
        while (OutputRows < to.Height && Elements(OutputRows + 1) <= MaxElements)
        {
            OutputRows++;
        }
    }

    /// <summary>Elements from column to column.</summary>
    public nint Pixel { get; }

    /// <summary>Elements from row to row.</summary>
    public nint Row { get; }

    /// <summary>Rows of outputs whose input is spread at once.</summary>
    public int OutputRows { get; }

    /// <summary>Elements for that many rows of outputs.</summary>
    public long Elements(int outputRows) => SourceRows(outputRows) * (long)Row;

    /// <param name="source">The window's first position of the first output, in the first plane.</param>
    /// <param name="output">The first lane's channel.</param>
    /// <param name="outputRows">How many rows of outputs.</param>
    /// <param name="spread">Where it goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(float* source, int output, int outputRows, float* spread)
    {
        int rows = SourceRows(outputRows);
        for (int y = 0; y < rows; y++, source += _from.Row, spread += Row)
        {
            if (_permutes)
            {
                Permute(source + (output / Lanes * _from.Block) + (output % Lanes), spread);
            }
            else
            {
                Gather(source, output, spread);
            }
        }
    }

    private static nint[] Offsets(LanewiseConvolution layer, SourceGeometry from, int outputs)
    {
        nint[] offsets = new nint[checked(outputs * layer.GroupChannels)];
        for (int i = 0; i < offsets.Length; i++)
        {
            (int rest, int lane) = Math.DivRem(i, T.Count);
            (int vector, int index) = Math.DivRem(rest, layer.GroupChannels);
            int channel = layer.SourceChannel((vector * T.Count) + lane, index);
            offsets[i] = (channel / Lanes * from.Block) + (channel % Lanes);
        }

        return offsets;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int SourceRows(int outputRows) => ((outputRows - 1) * _layer.Op.Stride) + ((_layer.Op.KernelHeight - 1) * _layer.Op.Dilation) + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Permute(float* pixel, float* spread)
    {
        fixed (int* lanes = _lanes)
        {
            int* end = lanes + _lanes.Length;
            for (int x = 0; x < _columns; x++, pixel += Lanes)
            {
                T values = T.Load(pixel);
                for (int* index = lanes; index < end; index += T.Count, spread += T.Count)
                {
                    T.Store(T.Permute(values, index), spread);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Gather(float* pixel, int output, float* spread)
    {
        int values = _layer.GroupChannels * T.Count;
        fixed (nint* lanes = &_offsets[output * _layer.GroupChannels])
        {
            for (int x = 0; x < _columns; x++, pixel += Lanes, spread += values)
            {
                for (int i = 0; i < values; i++)
                {
                    spread[i] = pixel[lanes[i]];
                }
            }
        }
    }
}

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// A convolution in many small groups: every lane is an output channel and multiplies the channels of its own group. An item, some rows of 16 output
/// channels, first spreads its input so that each lane finds its group's channels in its own lane, then runs over the window. Nothing is multiplied
/// by zeros of other groups. Sums: window column, then channel of the group; the sums of the window's rows are added in order.
/// </summary>
internal sealed unsafe class LanewisePhase<T> : StoringPhase
    where T : unmanaged, ISimd<T>
{
    /// <summary>512 KiB: what an item spreads stays in the second-level cache.</summary>
    private const int SpreadElements = 1 << 17;
    private const int PixelsAtOnce = 4;
    private const int Lanes = BlockedImage.BlockChannels;

    private readonly LanewiseConvolution _layer;
    private readonly float* _source;
    private readonly SourceGeometry _from;
    private readonly BlockedImage _to;
    private readonly Epilogue _epilogue;
    private readonly Scratch _scratch;
    private readonly nint[] _laneOffsets;
    private readonly int _columns;
    private readonly int _rows;
    private readonly int _rowBlocks;

    public LanewisePhase(LanewiseConvolution layer, float* source, SourceGeometry from, BlockedImage to, Epilogue epilogue, Scratch scratch)
    {
        _layer = layer;
        _source = source + from.Origin;
        _from = from;
        _to = to;
        _epilogue = epilogue;
        _scratch = scratch;
        _laneOffsets = LaneOffsets(layer, from, to.Blocks);
        _columns = ((to.Width - 1) * layer.Op.Stride) + ((layer.Op.KernelWidth - 1) * layer.Op.Dilation) + 1;
        _rows = 1;
        while (_rows < to.Height && SpreadRows(_rows + 1) * (long)SpreadRow <= SpreadElements)
        {
            _rows++;
        }

        _rowBlocks = (to.Height + _rows - 1) / _rows;
        scratch.Require(SpreadRows(_rows) * (long)SpreadRow);
    }

    public override int Items => checked(_to.Planes * _rowBlocks);

    private nint SpreadRow => (nint)_columns * _layer.GroupChannels * Lanes;

    protected override void Compute(int item, int worker)
    {
        (int plane, int rowBlock) = Math.DivRem(item, _rowBlocks);
        (int image, int block) = Math.DivRem(plane, _to.Blocks);
        int firstRow = rowBlock * _rows;
        int rows = Math.Min(_rows, _to.Height - firstRow);
        float* spread = _scratch.Of(worker);
        float* source = _source + (image * _from.Image) + (firstRow * (nint)_layer.Op.Stride * _from.Row);
        Spread(source, block, SpreadRows(rows), spread);
        for (int y = 0; y < rows; y++)
        {
            float* window = spread + (y * _layer.Op.Stride * SpreadRow);
            nint offset = (plane * _to.PlaneStride) + _to.Interior + ((firstRow + y) * _to.RowStride);
            RunRow(window, block, offset);
        }
    }

    private void RunRow(float* window, int block, nint offset)
    {
        nint pixel = (nint)_layer.Op.Stride * _layer.GroupChannels * Lanes;
        float* weights = _layer.Weights + (block * _layer.BlockWeights);
        for (int x = 0; x < _to.Width;)
        {
            int pixels = _to.Width - x >= PixelsAtOnce ? PixelsAtOnce : 1;
            for (int lane = 0; lane < Lanes; lane += T.Count)
            {
                nint channel = ((nint)block * Lanes) + lane;
                if (pixels == PixelsAtOnce)
                {
                    Windows(window + lane, pixel, weights + lane, channel, offset + lane);
                }
                else
                {
                    Window(window + lane, weights + lane, channel, offset + lane);
                }
            }

            x += pixels;
            window += pixels * pixel;
            offset += pixels * Lanes;
        }
    }

    /// <summary>Input rows under that many output rows.</summary>
    private int SpreadRows(int rows) => ((rows - 1) * _layer.Op.Stride) + ((_layer.Op.KernelHeight - 1) * _layer.Op.Dilation) + 1;

    /// <summary>Where each lane of each block finds its group's channels, [block][channel of the group][16], relative to a pixel of the first plane.</summary>
    private static nint[] LaneOffsets(LanewiseConvolution layer, SourceGeometry from, int blocks)
    {
        nint[] offsets = new nint[checked(blocks * layer.GroupChannels * Lanes)];
        for (int i = 0; i < offsets.Length; i++)
        {
            (int rest, int lane) = Math.DivRem(i, Lanes);
            (int block, int index) = Math.DivRem(rest, layer.GroupChannels);
            int channel = layer.SourceChannel((block * Lanes) + lane, index);
            offsets[i] = (channel / Lanes * from.Block) + (channel % Lanes);
        }

        return offsets;
    }

    /// <summary>Fills [row][column][channel of the group][16].</summary>
    private void Spread(float* source, int block, int rows, float* spread)
    {
        int values = _layer.GroupChannels * Lanes;
        fixed (nint* lanes = &_laneOffsets[block * values])
        {
            for (int y = 0; y < rows; y++)
            {
                float* pixel = source + (y * _from.Row);
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

    /// <summary>One vector of outputs at <see cref="PixelsAtOnce"/> neighbouring pixels, which share the loads of the weights.</summary>
    private void Windows(float* values, nint pixel, float* weights, nint channel, nint offset)
    {
        int terms = _layer.GroupChannels;
        nint columnStep = (nint)_layer.Op.Dilation * terms * Lanes;
        nint rowStep = _layer.Op.Dilation * SpreadRow;
        T total0 = T.Broadcast(0), total1 = total0, total2 = total0, total3 = total0;
        for (int row = 0; row < _layer.Op.KernelHeight; row++, values += rowStep)
        {
            T sum0 = T.Broadcast(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
            float* window = values;
            for (int column = 0; column < _layer.Op.KernelWidth; column++, window += columnStep)
            {
                float* end = window + ((nint)terms * Lanes);
                for (float* term = window; term < end; term += Lanes, weights += Lanes)
                {
                    T weight = T.Load(weights);
                    sum0 = T.MultiplyAdd(T.Load(term), weight, sum0);
                    sum1 = T.MultiplyAdd(T.Load(term + pixel), weight, sum1);
                    sum2 = T.MultiplyAdd(T.Load(term + (2 * pixel)), weight, sum2);
                    sum3 = T.MultiplyAdd(T.Load(term + (3 * pixel)), weight, sum3);
                }
            }

            total0 = T.Add(total0, sum0);
            total1 = T.Add(total1, sum1);
            total2 = T.Add(total2, sum2);
            total3 = T.Add(total3, sum3);
        }

        _epilogue.Apply(total0, channel, offset);
        _epilogue.Apply(total1, channel, offset + Lanes);
        _epilogue.Apply(total2, channel, offset + (2 * Lanes));
        _epilogue.Apply(total3, channel, offset + (3 * Lanes));
    }

    /// <summary>The same at one pixel, in the same order.</summary>
    private void Window(float* values, float* weights, nint channel, nint offset)
    {
        int terms = _layer.GroupChannels;
        nint columnStep = (nint)_layer.Op.Dilation * terms * Lanes;
        T total = T.Broadcast(0);
        for (int row = 0; row < _layer.Op.KernelHeight; row++, values += _layer.Op.Dilation * SpreadRow)
        {
            T sum = T.Broadcast(0);
            float* window = values;
            for (int column = 0; column < _layer.Op.KernelWidth; column++, window += columnStep)
            {
                float* end = window + ((nint)terms * Lanes);
                for (float* term = window; term < end; term += Lanes, weights += Lanes)
                {
                    sum = T.MultiplyAdd(T.Load(term), T.Load(weights), sum);
                }
            }

            total = T.Add(total, sum);
        }

        _epilogue.Apply(total, channel, offset);
    }
}

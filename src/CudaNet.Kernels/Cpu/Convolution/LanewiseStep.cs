namespace CudaNet.Kernels.Cpu;

/// <summary>
/// A convolution in many small groups: every lane is an output channel and multiplies the channels of its own group. An item, some rows of 16 output
/// channels, first spreads its input so that each lane finds its group's channels in its own lane, then runs over the window. Nothing is multiplied
/// by zeros of other groups. Sums: window column, then channel of the group; the sums of the window's rows are added in order.
/// </summary>
internal sealed unsafe class LanewiseStep<T> : ParallelWork
    where T : unmanaged, ISimd<T>
{
    /// <summary>256 KiB: what an item spreads stays in the second-level cache.</summary>
    private const int SpreadElements = 1 << 16;
    private const int Lanes = BlockedImage.BlockChannels;

    private readonly LanewiseConvolution _layer;
    private readonly float* _source;
    private readonly BlockedImage _from;
    private readonly BlockedImage _to;
    private readonly Epilogue _epilogue;
    private readonly Scratch _scratch;
    private readonly nint _origin;
    private readonly int _columns;
    private readonly int _rows;
    private readonly int _rowBlocks;

    public LanewiseStep(LanewiseConvolution layer, float* source, BlockedImage from, BlockedImage to, Epilogue epilogue, Scratch scratch)
    {
        _layer = layer;
        _source = source;
        _from = from;
        _to = to;
        _epilogue = epilogue;
        _scratch = scratch;
        _origin = from.Interior - (layer.Op.Padding * (from.RowStride + Lanes));
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

    public override void Execute(int item, int worker)
    {
        _epilogue.ClearHalos(_to, item, Items);
        (int plane, int rowBlock) = Math.DivRem(item, _rowBlocks);
        (int image, int block) = Math.DivRem(plane, _to.Blocks);
        int firstRow = rowBlock * _rows;
        int rows = Math.Min(_rows, _to.Height - firstRow);
        float* spread = _scratch.Of(worker);
        float* source = _source + (image * _from.ImageStride) + _origin + (firstRow * (nint)_layer.Op.Stride * _from.RowStride);
        Spread(source, block, SpreadRows(rows), spread);
        for (int y = 0; y < rows; y++)
        {
            float* window = spread + (y * _layer.Op.Stride * SpreadRow);
            nint offset = (plane * _to.PlaneStride) + _to.Interior + ((firstRow + y) * _to.RowStride);
            for (int x = 0; x < _to.Width; x++, offset += Lanes)
            {
                float* values = window + ((nint)x * _layer.Op.Stride * _layer.GroupChannels * Lanes);
                for (int lane = 0; lane < Lanes; lane += T.Count)
                {
                    T sum = Window(values + lane, _layer.Weights + (block * _layer.BlockWeights) + lane);
                    _epilogue.Apply(sum, (block * Lanes) + lane, offset + lane);
                }
            }
        }
    }

    /// <summary>Input rows under that many output rows.</summary>
    private int SpreadRows(int rows) => ((rows - 1) * _layer.Op.Stride) + ((_layer.Op.KernelHeight - 1) * _layer.Op.Dilation) + 1;

    /// <summary>Fills [row][column][channel of the group][16].</summary>
    private void Spread(float* source, int block, int rows, float* spread)
    {
        nint column = (nint)_layer.GroupChannels * Lanes;
        for (int index = 0; index < _layer.GroupChannels; index++)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                int channel = _layer.SourceChannel((block * Lanes) + lane, index);
                float* values = source + (channel / Lanes * _from.PlaneStride) + (channel % Lanes);
                float* target = spread + ((nint)index * Lanes) + lane;
                for (int y = 0; y < rows; y++)
                {
                    for (int x = 0; x < _columns; x++)
                    {
                        target[(y * SpreadRow) + (x * column)] = values[(y * _from.RowStride) + ((nint)x * Lanes)];
                    }
                }
            }
        }
    }

    private T Window(float* values, float* weights)
    {
        int channels = _layer.GroupChannels;
        T total = T.Broadcast(0);
        for (int row = 0; row < _layer.Op.KernelHeight; row++)
        {
            T sum = T.Broadcast(0);
            float* start = values + (row * _layer.Op.Dilation * SpreadRow);
            for (int column = 0; column < _layer.Op.KernelWidth; column++)
            {
                float* terms = start + ((nint)column * _layer.Op.Dilation * channels * Lanes);
                for (int c = 0; c < channels; c++, terms += Lanes, weights += Lanes)
                {
                    sum = T.MultiplyAdd(T.Load(terms), T.Load(weights), sum);
                }
            }

            total = T.Add(total, sum);
        }

        return total;
    }
}

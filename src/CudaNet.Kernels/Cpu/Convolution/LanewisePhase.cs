using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// A convolution in many small groups: every lane is an output channel and multiplies the channels of its own group. Nothing is multiplied by zeros of other
/// groups. Where all lanes of a vector are of one group, they share its values; where every group is one channel, each lane has its value already; groups of 4, 8
/// and 16 exchange sums instead; otherwise an item, some rows of 16 output channels, first spreads its input so that each lane finds its group's channels in its own lane. Sums: window row, column, channel
/// of the group, but exclusive-or of lanes first where sums are exchanged; in chunks of window rows, whose sums are added in order.
/// </summary>
internal sealed unsafe class LanewisePhase<T> : StoringPhase
    where T : unmanaged, ISimd<T>
{
    /// <summary>Output pixels of an item that spreads nothing.</summary>
    private const int ItemPixels = 1024;
    private const int Lanes = BlockedImage.BlockChannels;

    private readonly LanewiseConvolution _layer;
    private readonly float* _source;
    private readonly SourceGeometry _from;
    private readonly BlockedImage _to;
    private readonly Epilogue _epilogue;
    private readonly Scratch _scratch;
    private readonly LaneSpread<T>? _spread;
    private readonly bool _sharesValues;
    private readonly LanewiseWindow _window;
    private readonly int[] _permutations;
    private readonly int _pixels;
    private readonly nint[] _sources;
    private readonly nint[] _destinations;
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
        int outputs = layer.Op.OutChannels / layer.Op.Groups;
        bool isInPlace = layer.ExchangedChannels > 0 || (outputs == 1 && layer.GroupChannels == 1);
        _sharesValues = !isInPlace && outputs % T.Count == 0 && Lanes % layer.GroupChannels == 0;
        _spread = _sharesValues || isInPlace ? null : new LaneSpread<T>(layer, from, to);

        // Values lie as the source does, or as they are spread: [row][column][channel of the group][lanes].
        nint term = _spread is null ? 1 : T.Count;
        nint column = _spread?.Pixel ?? from.Pixel;
        nint row = _spread?.Row ?? from.Row;
        _window = new LanewiseWindow(layer.Op.KernelWidth, layer.GroupChannels, term, layer.Op.Dilation * column, layer.Op.Dilation * row);
        _window = layer.ExchangedChannels > 0 ? _window : _window.Merged;
        _permutations = ExchangeKernel.Permutations<T>(layer.ExchangedChannels);
        _pixels = layer.ExchangedChannels > 0 ? ExchangeKernel.Pixels<T>(layer.ExchangedChannels) : LanewiseKernel.Pixels;
        _rows = Math.Clamp(_spread?.OutputRows ?? ItemPixels / Math.Max(1, to.Width), 1, Math.Max(1, to.Height));
        int stride = layer.Op.Stride;
        _sources = [.. Enumerable.Range(0, _rows * to.Width).Select(i => sizeof(float) * stride * ((i / to.Width * row) + (i % to.Width * column)))];
        _destinations = [.. Enumerable.Range(0, _rows * to.Width).Select(i => (i / to.Width * to.RowStride) + (i % to.Width * (nint)Lanes))];
        _rowBlocks = (to.Height + _rows - 1) / _rows;
        scratch.Require(_spread?.Elements(_rows) ?? 0);
    }

    public override int Items => checked(_to.Planes * _rowBlocks);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int plane, int rowBlock) = Math.DivRem(item, _rowBlocks);
        (int image, int block) = Math.DivRem(plane, _to.Blocks);
        int firstRow = rowBlock * _rows;
        int rows = Math.Min(_rows, _to.Height - firstRow);
        nint first = (plane * _to.PlaneStride) + _to.Interior + (firstRow * _to.RowStride);
        float* source = _source + (image * _from.Image) + (firstRow * (nint)_layer.Op.Stride * _from.Row);
        for (int lane = 0; lane < Lanes; lane += T.Count)
        {
            if (_spread is not null)
            {
                float* spread = _scratch.Of(worker);
                _spread.Fill(source, (block * Lanes) + lane, rows, spread);
                RunRows<OwnValues>(spread, rows, block, lane, first);
                continue;
            }

            int channel = _layer.ExchangedChannels > 0 ? (block * Lanes) + lane : _layer.SourceChannel((block * Lanes) + lane, 0);
            float* values = source + (channel / Lanes * _from.Block) + (channel % Lanes);
            if (_sharesValues)
            {
                RunRows<SameValue>(values, rows, block, lane, first);
            }
            else
            {
                RunRows<OwnValues>(values, rows, block, lane, first);
            }
        }
    }

    /// <summary>One vector of outputs of some rows, several pixels at a time; the last are filled up with the last pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunRows<TValues>(float* values, int rows, int block, int lane, nint first)
        where TValues : struct, ILaneValues
    {
        nint* rest = stackalloc nint[_pixels];
        float* sums = stackalloc float[_pixels * T.Count];
        float* weights = _layer.Weights + (block * _layer.BlockWeights) + lane;
        nint channel = ((nint)block * Lanes) + lane;
        int total = rows * _to.Width;
        fixed (int* permutations = _permutations)
        fixed (nint* sources = _sources, destinations = _destinations)
        {
            for (int pixel = 0; pixel < total; pixel += _pixels)
            {
                int count = Math.Min(_pixels, total - pixel);
                nint* pixels = sources + pixel;
                if (count < _pixels)
                {
                    for (int i = 0; i < _pixels; i++)
                    {
                        rest[i] = sources[Math.Min(pixel + i, total - 1)];
                    }

                    pixels = rest;
                }

                for (int row = 0; row < _layer.Op.KernelHeight; row += _layer.ChunkRows)
                {
                    int end = Math.Min(row + _layer.ChunkRows, _layer.Op.KernelHeight);
                    float* rowValues = values + (row * _window.RowStep);
                    float* rowWeights = weights + (row * _layer.RowWeights);
                    if (_layer.ExchangedChannels > 0)
                    {
                        ExchangeKernel.Run<T>(_layer.ExchangedChannels, rowValues, pixels, _window, end - row, rowWeights, lane, permutations, sums, row > 0);
                    }
                    else
                    {
                        LanewiseKernel.Run<T, TValues>(rowValues, pixels, _window, end - row, rowWeights, sums, row > 0);
                    }
                }

                _epilogue.ApplyAll<T>(sums, T.Count, count, channel, first + lane, first + lane, destinations + pixel);
            }
        }
    }
}

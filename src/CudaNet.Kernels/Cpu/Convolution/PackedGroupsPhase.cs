using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// <see cref="DirectPhase{T}"/> for groups that begin and end inside blocks of 16 channels. Windows are packed from wherever a group's channels begin, so that
/// terms and tiles are a direct convolution's. Sums are gathered side by side, group after group, and finished block by block: an item has as many groups as end
/// together with a block. Loops, outermost first: group, chunk of terms, panel or two, tile.
/// </summary>
internal sealed unsafe class PackedGroupsPhase<T> : StoringPhase
    where T : unmanaged, ISimd<T>
{
    private const int Lanes = BlockedImage.BlockChannels;

    private readonly DirectConvolution _layer;
    private readonly TermChunk[] _chunks;
    private readonly nint[] _groupOffsets;
    private readonly float* _source;
    private readonly SourceGeometry _from;
    private readonly BlockedImage _to;
    private readonly Epilogue _epilogue;
    private readonly Scratch _scratch;
    private readonly int _pixels;
    private readonly int _mostRows;
    private readonly int _itemPixels;
    private readonly int _units;
    private readonly int _unitGroups;
    private readonly nint _packedElements;
    private readonly nint _panelElements;
    private readonly int _gatheredRow;

    public PackedGroupsPhase(DirectConvolution layer, float* source, SourceGeometry from, BlockedImage to, Epilogue epilogue, Scratch scratch)
    {
        _layer = layer;
        _source = source + from.Origin;
        _from = from;
        _to = to;
        _epilogue = epilogue;
        _scratch = scratch;
        _chunks = [.. layer.Reduction.Chunks];
        _groupOffsets = DirectPhase<T>.GroupOffsets(layer, from);
        _unitGroups = 1;
        while (_unitGroups < layer.Op.Groups && _unitGroups * layer.GroupOutputs % Lanes != 0)
        {
            _unitGroups++;
        }

        _units = (layer.Op.Groups + _unitGroups - 1) / _unitGroups;
        _pixels = checked(to.Batch * to.Height * to.Width);
        _mostRows = TileKernel.MostRows<T>(layer.WholePanels);
        int most = DirectTiling.LeastPixels<T>();
        int blocks = Math.Max(1, (_pixels + most - 1) / most);
        _itemPixels = Math.Max(1, (_pixels + blocks - 1) / blocks);

        nint rows = TileKernel.Height(_itemPixels);
        _packedElements = (rows * Lanes * layer.Reduction.MaxGroups) + Lanes;
        _panelElements = rows * 2 * T.Count;
        _gatheredRow = layer.PaddedOutputs + (3 * Lanes);
        scratch.Require(checked((5 * rows) + 1 + Lanes + _packedElements + (_panelElements * layer.Panels) + (rows * _gatheredRow)));
    }

    public override int Items => checked((_pixels + _itemPixels - 1) / _itemPixels * _units);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int pixelBlock, int unit) = Math.DivRem(item, _units);
        int firstPixel = pixelBlock * _itemPixels;
        int pixels = Math.Min(_itemPixels, _pixels - firstPixel);
        int rows = TileKernel.Height(pixels);
        int tiles = TileCut.Count(pixels, _mostRows);

        nint* sources = (nint*)_scratch.Of(worker);
        nint* destinations = sources + rows;
        int* firsts = (int*)(destinations + rows);
        float* packed = (float*)Scratch.Align(firsts + tiles + 1);
        float* sums = packed + _packedElements;
        float* gathered = sums + (_panelElements * _layer.Panels);
        PixelOffsets.Locate(_layer.Op.Stride, _from, _to, firstPixel, pixels, rows, sources, destinations);
        TileCut.Cut(pixels, _mostRows, before: 0, firsts);

        // Lanes after the last channel are stored with the others.
        NativeMemory.Clear(gathered, (nuint)(rows * _gatheredRow) * sizeof(float));
        int endGroup = Math.Min((unit + 1) * _unitGroups, _layer.Op.Groups);
        int block = unit * _unitGroups * _layer.GroupOutputs / Lanes;
        int filled = 0;
        for (int group = unit * _unitGroups; group < endGroup; group++)
        {
            Sum(group, sources, firsts, tiles, packed, sums);
            Gather(sums, pixels, gathered + filled);
            filled += _layer.GroupOutputs;
            int blocks = group + 1 < endGroup ? filled / Lanes : (filled + Lanes - 1) / Lanes;
            Finish(gathered, pixels, block, blocks, destinations);
            block += blocks;
            filled -= blocks * Lanes;
        }
    }

    /// <summary>A group's sums, [panel][pixel][outputs].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sum(int group, nint* sources, int* firsts, int tiles, float* packed, float* sums)
    {
        int channel = group * (_layer.Op.InChannels / _layer.Op.Groups);
        float* source = _source + (channel / Lanes * _from.Block);
        for (int index = 0; index < _chunks.Length; index++)
        {
            ref readonly TermChunk chunk = ref _chunks[index];
            ReadOnlySpan<nint> offsets = _groupOffsets.AsSpan(chunk.FirstGroup, chunk.Groups);
            WindowPacker.PackFrom<T>(source, channel % Lanes, _from.Block, sources, firsts, tiles, offsets, chunk.TermsPerGroup, packed);
            int together;
            for (int panel = 0; panel < _layer.Panels; panel += together)
            {
                together = _layer.Together<T>(panel, _layer.Panels);
                int outputs = _layer.PanelOutputs(panel);
                float* weights = _layer.Panel(group, chunk, panel);
                nint second = together == 1 ? 0 : (nint)(_layer.Panel(group, chunk, panel + 1) - weights);
                float* panelSums = sums + (panel * _panelElements);
                PanelProduct product = new(weights, second, outputs, chunk.Groups, chunk.TermsPerGroup, _panelElements, index > 0, nextStep: 0, nextSecond: 0);
                for (int tile = 0; tile < tiles; tile++)
                {
                    int height = TileKernel.Height(firsts[tile + 1] - firsts[tile]);
                    float* rows = packed + ((nint)firsts[tile] * Lanes * chunk.Groups);
                    TileKernel.Run<T>(product, rows, (nint)height * Lanes, height, panelSums + (firsts[tile] * outputs), (byte*)weights);
                }
            }
        }
    }

    /// <summary>Puts a group's sums behind those of the groups before. What a panel has too many is overwritten by the next group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(float* sums, int pixels, float* gathered)
    {
        for (int panel = 0; panel < _layer.Panels; panel++)
        {
            int outputs = _layer.PanelOutputs(panel);
            float* values = sums + (panel * _panelElements);
            float* target = gathered + (panel * 2 * T.Count);
            for (int row = 0; row < pixels; row++, target += _gatheredRow)
            {
                for (int output = 0; output < outputs; output += T.Count, values += T.Count)
                {
                    T.Store(T.Load(values), target + output);
                }
            }
        }
    }

    /// <summary>Stores the blocks that are complete, and moves what is left to the front.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(float* gathered, int pixels, int block, int blocks, nint* destinations)
    {
        for (int row = 0; row < pixels; row++, gathered += _gatheredRow)
        {
            nint offset = destinations[row] + (block * _to.PlaneStride);
            for (int lane = 0; lane < blocks * Lanes; lane += T.Count)
            {
                _epilogue.Apply(T.Load(gathered + lane), (block * Lanes) + lane, offset + _to.ChannelOffset(lane));
            }

            for (int lane = 0; lane < Lanes && blocks > 0; lane += T.Count)
            {
                T.Store(T.Load(gathered + (blocks * Lanes) + lane), gathered + lane);
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Brings the observed stages of a step to the host, some pixels at a time, while a thread has them in its caches. What computes the step leaves the first observed stage where
/// the step's output goes; this applies the rest of the epilogue, whose observed stages go to small buffers and from there to the host: no stage is stored that no step reads.
/// </summary>
internal sealed unsafe class StagePublisher<T>
    where T : unmanaged, ISimd<T>
{
    /// <summary>Planes of no more, whose cache lines are not whole, are put together before they are written, because one ends and the next begins in a line; those of a block of 16 channels are as long as whole lines.</summary>
    public const int SmallPlane = 256;

    /// <summary>Pixels at a time, of one block of channels: all stages stay in the first-level cache, and every plane is written some whole cache lines at a time.</summary>
    public const int RunPixels = 64;

    private const int Lanes = BlockedImage.BlockChannels;
    private const int Stages = 4;

    /// <summary>A cache line more than a power of two.</summary>
    private const int BufferStride = (SmallPlane + 1) * Lanes;

    /// <summary>
    /// Stages of a step that together take more go past the caches, which would have to read every line that is written, and would lose what the next steps read. What a thread
    /// wrote so is seen by all when the work has ended, because each passes a fence first: the caller in <see cref="WorkTeam.Run"/>, a helper in <see cref="WorkTeam.Leave"/>.
    /// </summary>
    private const long CachedBytes = 1 << 20;

    /// <summary>How pixels lie in a buffer.</summary>
    private static readonly BlockedImage Line = BlockedImage.Line(SmallPlane);

    private readonly StagePlace _output;
    private readonly int _pixels;
    private readonly TileGrid _grid;
    private readonly Epilogue _rest;
    private readonly EpilogueStage[] _kinds;
    private readonly EpilogueStage _last;
    private readonly nint[] _stored;
    private readonly int[] _restBuffers;
    private readonly HostStages _host;
    private readonly float* _buffers;
    private readonly bool _streams;

    /// <param name="output">Where the step's output goes.</param>
    /// <param name="epilogue">All that happens to the step's values.</param>
    /// <param name="stages">The observed stages, in order.</param>
    /// <param name="host">Where they go.</param>
    /// <param name="buffers"><see cref="BufferElements"/> for each thread.</param>
    public StagePublisher(in StagePlace output, in Epilogue epilogue, IReadOnlyList<PublishedStage> stages, HostStages host, float* buffers)
    {
        Epilogue all = epilogue;
        _output = output;
        _pixels = checked(output.Image.Height * output.Image.Width);
        _grid = TileGrid.OfPixels(output.Image);
        _rest = all.After(stages[0].Kind);
        _kinds = [.. stages.Select(s => s.Kind)];
        _last = all.LastStage;
        _stored = [.. stages.Select(s => s.Stage.Stored is null ? 0 : (nint)all.To(s.Kind))];
        _restBuffers = [.. Enum.GetValues<EpilogueStage>().Select(s => s == EpilogueStage.Raw ? 0 : Array.IndexOf(_kinds, s) is >= 0 and int index ? index : Stages)];
        _host = host;
        _buffers = buffers;
        _streams = (WritesLines || IsSmallPlane) && stages.Sum(s => sizeof(float) * (long)s.Elements) > CachedBytes;
    }

    /// <summary>fp32 elements that a thread works in.</summary>
    public static int BufferElements => (Stages + 1) * BufferStride;

    /// <summary>Whether planes begin cache lines, so that parts of them can be written as whole lines.</summary>
    public bool WritesLines => _pixels % Lanes == 0;

    /// <summary>
    /// Pixels of an image that an item has together where it can, so that it writes whole lines and not parts, which are read from memory first: those of a line, or all where planes are small and their
    /// lines not whole, if a panel of outputs fills a block of channels. Null where neither helps: such planes are better published after the step.
    /// </summary>
    public int? UnitPixels => WritesLines ? Lanes : IsSmallPlane && 2 * T.Count >= Lanes ? _pixels : null;

    private bool IsSmallPlane => !WritesLines && _pixels <= SmallPlane;

    /// <summary>Publishes what a thread has just computed.</summary>
    /// <param name="tiles">What it has computed.</param>
    /// <param name="channels">The channels, whole vectors.</param>
    /// <param name="worker">Which thread.</param>
    /// <param name="place">Where the first observed stage is, and the output will be.</param>
    public void Publish(TileBlock tiles, (int First, int End) channels, int worker, in StagePlace place) => Publish(tiles.Grid, tiles.First, tiles.End, channels, worker, place);

    /// <summary>The same of neighbouring pixels of the step's output.</summary>
    public void Publish(int first, int end, (int First, int End) channels, int worker) => Publish(_grid, first, end, channels, worker, _output);

    /// <summary>Publishes some pixels of an image.</summary>
    /// <param name="image">Which.</param>
    /// <param name="first">The first pixel, row by row.</param>
    /// <param name="end">After the last.</param>
    /// <param name="channels">The channels, whole vectors.</param>
    /// <param name="worker">Which thread.</param>
    public void PublishPixels(int image, int first, int end, (int First, int End) channels, int worker) => PublishPixels(image, first, end, channels, worker, _output);

    /// <summary>What a whole epilogue does, with the observed stages that no step reads in a thread's buffers; <see cref="Write(int, int, int, int, int, int)"/> brings them to the host.</summary>
    /// <param name="epilogue">It.</param>
    /// <param name="offset">Of the first lane of the pixel from which on it is applied: the buffers begin with that one.</param>
    /// <param name="worker">Which thread.</param>
    public Epilogue Storing(in Epilogue epilogue, nint offset, int worker)
    {
        Epilogue storing = epilogue;
        for (int index = 0; index < _kinds.Length; index++)
        {
            storing = _stored[index] == 0 ? storing.Storing(_kinds[index], Buffer(worker, index) - offset) : storing;
        }

        return storing;
    }

    /// <summary>Writes the observed stages of some pixels of a block of channels to the host: from the buffers, or from where they are stored.</summary>
    public void Write(int image, int first, int end, int channel, int lanes, int worker) => Write(image, first, end, channel, lanes, worker, _output);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Publish(in TileGrid grid, int first, int end, (int First, int End) channels, int worker, in StagePlace place)
    {
        int width = _output.Image.Width;
        (int tilesX, int tilesY) = (grid.Columns.Tiles, grid.Rows.Tiles);
        while (first < end)
        {
            (int line, int x) = Math.DivRem(first, tilesX);
            (int image, int y) = Math.DivRem(line, tilesY);
            if (x == 0 && end - first >= tilesX)
            {
                int lines = Math.Min((end - first) / tilesX, tilesY - y);
                PublishPixels(image, grid.Rows.First(y) * width, grid.Rows.End(y + lines - 1) * width, channels, worker, place);
                first += lines * tilesX;
                continue;
            }

            int tiles = Math.Min(end - first, tilesX - x);
            for (int row = grid.Rows.First(y); row < grid.Rows.End(y); row++)
            {
                PublishPixels(image, (row * width) + grid.Columns.First(x), (row * width) + grid.Columns.End(x + tiles - 1), channels, worker, place);
            }

            first += tiles;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PublishPixels(int image, int first, int end, (int First, int End) channels, int worker, in StagePlace place)
    {
        bool isWhole = IsSmallPlane && first == 0 && end == _pixels;
        bool hasRest = _kinds[0] != _last;
        for (int channel = channels.First, lanes; channel < channels.End; channel += lanes)
        {
            lanes = Math.Min(Lanes - (channel % Lanes), channels.End - channel);
            for (int run = first, next; run < end; run = next)
            {
                // Up to the next whole line, then whole lines.
                int most = isWhole ? end : run % Lanes != 0 ? (run / Lanes * Lanes) + Lanes : (run / RunPixels * RunPixels) + RunPixels;
                next = Math.Min(end, most);
                if (hasRest)
                {
                    Finish(image, run, next, channel, lanes, worker, place);
                }

                Write(image, run, next, channel, lanes, worker, place);
            }
        }
    }

    /// <summary>The stages after the first. Those that nobody wants go to a buffer, too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(int image, int first, int end, int channel, int lanes, int worker, in StagePlace place)
    {
        int width = _output.Image.Width;
        (int y, int x) = Math.DivRem(first, width);
        nint offset = place.Offset(image, y, x, channel);
        nint gap = place.Image.RowStride - (width * (nint)Lanes);
        StageRows rows = new()
        {
            Values = place.Values + offset,
            Residual = _rest.Residual + offset,
            Gap = gap,
            Relu = place.Values + offset,
        };
        rows.Raw = Destination(EpilogueStage.Raw, offset, channel, worker, place, gap, out rows.RawGap);
        rows.Norm = Destination(EpilogueStage.Norm, offset, channel, worker, place, gap, out rows.NormGap);
        rows.Sum = Destination(EpilogueStage.Sum, offset, channel, worker, place, gap, out rows.SumGap);
        rows.Apply<T>(_rest, x, width, end - first, lanes, channel);
    }

    /// <summary>Where a stage of the rest goes, and how far its rows are apart there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float* Destination(EpilogueStage stage, nint offset, int channel, int worker, in StagePlace place, nint storedGap, out nint gap)
    {
        float* stored = stage == _last ? place.Values : _rest.To(stage);
        gap = stored == null ? 0 : storedGap;
        return stored == null ? Buffer(worker, _restBuffers[(int)stage]) + (channel % Lanes) : stored + offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(int image, int first, int end, int channel, int lanes, int worker, in StagePlace place)
    {
        int channels = Math.Min(lanes, _output.Image.Channels - channel);
        bool isWhole = IsSmallPlane && channels == Lanes && end - first == _pixels;
        nint target = ((((nint)image * _output.Image.Channels) + channel) * _pixels) + first;
        bool beginsLine = _streams && target % Lanes == 0;
        bool streamsPlanes = beginsLine && WritesLines;
        for (int index = 0; index < _kinds.Length && channels > 0; index++)
        {
            float* host = _host.Pointer(index) + target;
            float* to = isWhole ? Buffer(worker, Stages) : host;
            if (_stored[index] == 0)
            {
                DensePlanes<T>.Copy(Buffer(worker, index) + (channel % Lanes), Line, 0, end - first, channels, to, _pixels, streamsPlanes);
            }
            else
            {
                float* stored = _kinds[index] == _last ? place.Values : (float*)_stored[index];
                DensePlanes<T>.Copy(stored + place.Offset(image, 0, 0, channel), place.Image, first, end, channels, to, _pixels, streamsPlanes);
            }

            if (isWhole)
            {
                DensePlanes<T>.CopyLines(to, host, _pixels, beginsLine);
            }
        }
    }

    private float* Buffer(int worker, int index) => _buffers + (worker * (nint)BufferElements) + (index * BufferStride);
}

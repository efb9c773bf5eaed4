using System.Runtime.InteropServices;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A graph's weights as the device wants them, step by step: reserved and counted at once, converted and uploaded by <see cref="Upload"/>. Which layers are one
/// step follows from the graph alone, so one set serves every plan. Thread-safe after the upload.
/// </summary>
internal sealed class ModelWeights : IDisposable
{
    private readonly Lock _lock = new();
    private readonly DeviceArena _arena = new();
    private readonly Dictionary<LayerNode, StepWeights> _steps = [];
    private readonly Dictionary<LayerNode, LayerNode> _heads = [];
    private readonly Dictionary<LayerNode, DeviceBuffer> _nchw = [];
    private readonly List<(DeviceBuffer Buffer, Func<byte[]> Values)> _pending = [];
    private readonly LayerGraph _graph;
    private readonly ParameterSet? _parameters;
    private readonly ArithmeticPrecision _precision;
    private readonly bool _folds;

    /// <param name="graph">Whose weights.</param>
    /// <param name="parameters">The values, which must stay until they are uploaded; null where only sizes are wanted.</param>
    /// <param name="options">How they are stored, and whether folded ones are wanted too.</param>
    /// <exception cref="CudaNetException">An operator is unknown, or a filter that cannot be scaled is beyond fp16's range.</exception>
    public ModelWeights(LayerGraph graph, ParameterSet? parameters, CudaOptions options)
    {
        (_graph, _parameters, _precision, _folds) = (graph, parameters, options.Precision, options.FusedConvolutions);
        IReadOnlyList<StepOutline> outlines = Fusion.Fuse(graph);
        foreach (StepOutline outline in outlines)
        {
            outline.Nodes.ToList().ForEach(node => _heads.Add(node, outline.Nodes[0]));
            _steps.Add(outline.Nodes[0], WeightsOf(outline, outlines));
        }

        _parameters = null;
    }

    /// <summary>Bytes of all forms that were made so far.</summary>
    public long Bytes
    {
        get
        {
            using (Uninterrupted.Enter(_lock))
            {
                return _arena.Bytes;
            }
        }
    }

    /// <summary>Of the step that begins with that layer.</summary>
    public StepWeights this[LayerNode head] => _steps[head];

    /// <summary>What has to be applied to a layer's stored value by whoever adds it; null for most, which are stored as they are.</summary>
    public ChannelConstants? DeferredTo(LayerNode node) =>
        _heads.TryGetValue(node, out LayerNode? head) && _steps[head] is { IsDeferred: true } step ? step.Constants : null;

    /// <summary>Converts and uploads everything, once.</summary>
    public void Upload(CudaStream stream)
    {
        _arena.Allocate(stream.Context);
        foreach ((DeviceBuffer buffer, Func<byte[]> values) in _pending)
        {
            stream.Upload<byte>(values(), buffer.Slice);
        }

        _pending.Clear();
    }

    /// <summary>A convolution's fp32 filters as (K, C, R, S), for a device that does not convolve NHWC: made once, on the device.</summary>
    /// <param name="node">The layer.</param>
    /// <param name="runtime">Where; null where only the size is wanted.</param>
    public DeviceBuffer Nchw(LayerNode node, CudaRuntime? runtime)
    {
        using (Uninterrupted.Enter(_lock))
        {
            if (_nchw.TryGetValue(node, out DeviceBuffer? made))
            {
                return made;
            }

            TensorShape shape = node.Parameters[0].Shape;
            DeviceBuffer buffer = _arena.Reserve(sizeof(float) * shape.ElementCount);
            _nchw.Add(node, buffer);
            if (runtime is not null)
            {
                try
                {
                    buffer.Allocate(runtime.Context);
                    runtime.Kernels.Layout.ToNchw(runtime.Stream, _steps[node].Matrix!.Slice, shape, _steps[node].Pitch, StoragePrecision.Float32, buffer.Slice);
                    runtime.Stream.Synchronize();
                }
                catch
                {
                    runtime.Stream.Quiesce();
                    _nchw.Remove(node);
                    _arena.Remove(buffer);
                    throw;
                }
            }

            return buffer;
        }
    }

    public void Dispose() => _arena.Dispose();

    private StepWeights WeightsOf(StepOutline outline, IReadOnlyList<StepOutline> outlines)
    {
        LayerNode head = outline.Nodes[0];
        foreach (LayerNode node in outline.Nodes)
        {
            _ = CudaLayers.StepOf(node);
        }

        LayerNode? norm = outline.Nodes.FirstOrDefault(n => n.Op is BatchNorm2d);
        return head.Op switch
        {
            Conv2d op => OfConvolution(outline, op, norm, outlines),
            Linear op => OfLinear(head, op),
            Offset op => OfOffset(head, op),
            _ => new StepWeights { Constants = norm is null ? null : Affine(norm, []) },
        };
    }

    private StepWeights OfConvolution(StepOutline outline, Conv2d op, LayerNode? norm, IReadOnlyList<StepOutline> outlines)
    {
        LayerNode node = outline.Nodes[0];
        int channels = op.InChannels / op.Groups;
        int pitch = node.Inputs[0] == _graph.Input && op.Groups == 1 ? InputPitch(channels) : channels;
        StoragePrecision storage = _precision.Storage();
        // A value that other steps read is stored as it is.
        bool mayScale = storage == StoragePrecision.Float16 && !IsReadByOthers(outline, outlines);
        LayerParameters? own = _parameters?.Of(node);
        float[] bias = own?.Bias?.Values.ToArray() ?? [];
        int[] exponents = own is null || storage != StoragePrecision.Float16 ? [] : FilterScaling.Exponents(own.Weight!.Values, op.OutChannels, bias, norm is null ? null : _parameters!.Of(norm));
        if (exponents.Length > 0 && !mayScale)
        {
            throw Unscalable(node, Array.FindIndex(exponents, e => e != 0));
        }

        DeviceBuffer matrix = Reserve(
            (long)op.OutChannels * op.KernelHeight * op.KernelWidth * pitch * storage.Bytes(),
            () => StorageEncoding.Encode(FilterOrder.ToNhwc(own!.Weight!.Values, op.OutChannels, channels, pitch, exponents), storage));
        ChannelConstants? unscaling = mayScale ? Constants(op.OutChannels, () => [.. Enumerable.Range(0, op.OutChannels).Select(k => Power(exponents, k, -1))], () => [.. Enumerable.Repeat(-0f, op.OutChannels)]) : null;
        bool isScaled = exponents.Length > 0;
        return new StepWeights
        {
            Matrix = matrix,
            Pitch = pitch,
            Bias = op.Bias ? Values(op.OutChannels, () => [.. bias.Select((b, k) => b * Power(exponents, k, 1))]) : null,
            Constants = norm is not null ? Affine(norm, exponents) : isScaled ? unscaling : null,
            Unscaling = isScaled ? unscaling : null,
            Folded = _folds && CanFold(outline, op, outlines) ? Fold(node, op, norm, pitch) : null,

            // The residual of a fused call is what is stored.
            IsDeferred = !_folds && IsShortcut(outline, outlines),
        };
    }

    /// <summary>The second set of weights. Sizes follow from the graph alone; values that do not fit are not there.</summary>
    private FoldedConvolution Fold(LayerNode node, Conv2d op, LayerNode? norm, int pitch)
    {
        StoragePrecision storage = _precision.Storage();
        BatchNormFolding? folding = _parameters is null ? null : new BatchNormFolding(_parameters.Of(node), (BatchNorm2d?)norm?.Op, norm is null ? null : _parameters.Of(norm), storage);
        bool fits = folding?.Fits() ?? true;
        int channels = op.InChannels / op.Groups;
        DeviceBuffer filters = _arena.Reserve((long)op.OutChannels * op.KernelHeight * op.KernelWidth * pitch * storage.Bytes());
        DeviceBuffer bias = _arena.Reserve((long)op.OutChannels * storage.Bytes());
        if (folding is not null && fits)
        {
            _pending.Add((filters, () => StorageEncoding.Encode(FilterOrder.ToNhwc(folding.Filters(), op.OutChannels, channels, pitch, []), storage)));
            _pending.Add((bias, () => StorageEncoding.Encode(folding.Bias(), storage)));
        }

        return new FoldedConvolution(filters, bias, fits);
    }

    private StepWeights OfLinear(LayerNode node, Linear op)
    {
        StoragePrecision storage = _precision.Storage();
        LayerParameters? own = _parameters?.Of(node);
        int[] exponents = own is null || storage != StoragePrecision.Float16 ? [] : FilterScaling.RowExponents(own.Weight!.Values, op.OutFeatures);
        float[] bias = own?.Bias?.Values.ToArray() ?? new float[op.OutFeatures];
        DeviceBuffer matrix = Reserve(
            (long)op.OutFeatures * op.InFeatures * storage.Bytes(), () => StorageEncoding.Encode(FilterOrder.ToNhwc(own!.Weight!.Values, op.OutFeatures, 1, 1, exponents), storage));
        ChannelConstants? constants = storage == StoragePrecision.Float16
            ? Constants(op.OutFeatures, () => [.. bias.Select((_, k) => Power(exponents, k, -1))], () => bias)
            : null;
        DeviceBuffer? shift = constants?.Shift ?? (op.Bias ? Values(op.OutFeatures, () => bias) : null);
        return new StepWeights { Matrix = matrix, Bias = op.Bias ? shift : null, Constants = exponents.Length > 0 ? constants : null };
    }

    /// <summary>The image in the order of its values.</summary>
    private StepWeights OfOffset(LayerNode node, Offset op)
    {
        float[]? bias = _parameters?.Of(node).Bias!.Values.ToArray();
        return new StepWeights { Bias = Values(node.Parameters[0].Shape.ElementCount, () => FilterOrder.ToNhwc(bias, 1, op.Channels, op.Channels, [])) };
    }

    /// <summary>Batch norm; its scale also undoes that of the filters.</summary>
    private ChannelConstants Affine(LayerNode norm, int[] exponents)
    {
        BatchNorm2d op = (BatchNorm2d)norm.Op;
        Lazy<ScaleAndShift>? affine = _parameters is { } parameters ? Lazily(op, parameters.Of(norm)) : null;
        return Constants(op.Channels, () => [.. affine!.Value.Scale.Select((s, k) => s * Power(exponents, k, -1))], () => affine!.Value.Shift);
    }

    private static Lazy<ScaleAndShift> Lazily(BatchNorm2d op, LayerParameters parameters) => new(() => new ScaleAndShift(op, parameters));

    private ChannelConstants Constants(int channels, Func<float[]> scale, Func<float[]> shift) => new(Values(channels, scale), Values(channels, shift));

    private DeviceBuffer Values(long count, Func<float[]> values) => Reserve(sizeof(float) * count, () => MemoryMarshal.AsBytes(values().AsSpan()).ToArray());

    /// <summary>A buffer, and what is uploaded to it where there are values.</summary>
    private DeviceBuffer Reserve(long bytes, Func<byte[]> values)
    {
        DeviceBuffer buffer = _arena.Reserve(bytes);
        if (_parameters is not null)
        {
            _pending.Add((buffer, values));
        }

        return buffer;
    }

    private int InputPitch(int channels) => checked(LaunchChecks.CeilingDivide(channels, _precision.InputChannels()) * _precision.InputChannels());

    /// <summary>2 to the power of a filter's exponent, or of its negative.</summary>
    private static float Power(int[] exponents, int filter, int sign) => exponents.Length == 0 ? 1 : MathF.ScaleB(1, sign * exponents[filter]);

    /// <summary>Whether another step reads what the convolution gives, before anything follows it in its own step.</summary>
    private static bool IsReadByOthers(StepOutline outline, IReadOnlyList<StepOutline> outlines) =>
        outline.Nodes.Count > 1 && outlines.Any(o => o.Input == outline.Nodes[0] || o.Residual == outline.Nodes[0]);

    /// <summary>Whether something follows the convolution, and no other step reads what is inside.</summary>
    private bool CanFold(StepOutline outline, Conv2d op, IReadOnlyList<StepOutline> outlines) =>
        (op.Bias || outline.Nodes.Count > 1)
        && outline.Nodes.SkipLast(1).All(n => n != _graph.Output && outlines.All(o => o.Input != n && o.Residual != n));

    private bool IsShortcut(StepOutline outline, IReadOnlyList<StepOutline> outlines)
    {
        LayerNode last = outline.Nodes[^1];
        return outline.Nodes.Count == 2 && last.Op is BatchNorm2d && last != _graph.Output && !IsReadByOthers(outline, outlines)
            && outlines.Any(o => o.Residual == last) && outlines.All(o => o.Input != last);
    }

    private static CudaNetException Unscalable(LayerNode node, int filter) =>
        new($"layer '{node}', filter {filter}: its weights or results are beyond fp16's range, and it cannot be scaled, as more than one layer reads what it gives")
        {
            Layer = node.Name,
            Hint = $"{nameof(ArithmeticPrecision.BFloat16)} and {nameof(ArithmeticPrecision.TensorFloat32)} have fp32's range.",
        };
}

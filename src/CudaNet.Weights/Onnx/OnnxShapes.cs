using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Imports the operators that only arrange values: they become names, the order of channels, or <see cref="Flatten"/>.</summary>
internal static class OnnxShapes
{
    public static OnnxValue Flatten(OnnxCall call)
    {
        OnnxActivation value = call.View(0);
        long axis = call.Integer("axis", 1);
        return value.Axis(axis) == 1 ? Flat(call, value) : throw new OnnxProblem($"axis is {axis}, supported is 1");
    }

    public static OnnxValue Reshape(OnnxCall call)
    {
        OnnxActivation value = call.View(0);
        IReadOnlyList<OnnxExtent> target = call.Input(1) switch
        {
            OnnxExtents extents => extents.Values,
            OnnxConstant constant => [.. constant.Integers().Select(i => new OnnxExtent(i))],
            _ => throw new OnnxProblem("its shape depends on the images"),
        };
        if (call.Integer("allowzero", 0) != 0 && target.Any(t => t.Value == 0))
        {
            throw new OnnxProblem("it makes an empty value");
        }

        TensorShape sample = value.Layer.Sample;
        long? features = sample.Rank == 2 ? sample.Channels : value.Layer.IsSizeKnown ? sample.ElementCount : null;
        bool IsBatch(OnnxExtent extent) => extent.MayBeBatch || extent.Value == (call.Batch ?? 1);
        bool IsAll(OnnxExtent extent) => extent.Value == -1 || (extent.Value is { } count && (count == features || (count == 0 && value.Rank == 2)));
        return target switch
        {
            [var batch, var rest] when IsBatch(batch) && IsAll(rest) && (batch.Value, rest.Value) != (-1, -1) => Flat(call, value),
            [var batch, { Value: { } channels }, { Value: 1 or 0 }, { Value: 1 or 0 }] when IsBatch(batch) && sample.Rank == 2 && (channels == sample.Channels || channels is 0 or -1) => value with { Rank = 4 },
            _ => throw new OnnxProblem($"its shape is ({string.Join(", ", target.Take(8).Select(t => t.IsBatch ? "batch" : $"{t.Value?.ToString() ?? "?"}"))}), supported is N×(C·H·W)"),
        };
    }

    public static OnnxValue Squeeze(OnnxCall call)
    {
        OnnxActivation value = call.View(0);
        long[]? axes = call.IntegersOrInput("axes", 1);
        int[] spatial = value.IsChannelsLast ? [1, 2] : [.. Enumerable.Range(2, value.Rank - 2)];
        int[] removed = axes is null ? spatial : [.. axes.Select(a => (int)value.Axis(a))];
        bool removesBatch = axes is null && call.Batch == 1;
        bool isOne = value.Layer.Sample is { Rank: 2 } || (value.Layer.IsSizeKnown && value.Layer.Sample is { Height: 1, Width: 1 });
        return removesBatch || !isOne || !removed.All(spatial.Contains) || removed.Distinct().Count() != removed.Length
                || (value.Layer.Sample.Rank == 4 && removed.Length < 2)
            ? throw new OnnxProblem($"it removes the axes {(axes is null ? "of one element" : string.Join(", ", axes.Take(8)))}, supported are rows and columns, of which there is one each")
            : value.Layer.Sample.Rank == 4 ? Flat(call, value)
            : value with { Rank = value.Rank - removed.Length, IsChannelsLast = value.IsChannelsLast && removed.Length < 2 };
    }

    public static OnnxValue Unsqueeze(OnnxCall call)
    {
        OnnxActivation value = call.Activation(0);
        long[] axes = call.IntegersOrInput("axes", 1) ?? throw new OnnxProblem("axes are missing");
        int rank = value.Rank + axes.Length;
        int[] added = [.. axes.Select(a => (int)(a < 0 ? a + rank : a)).Order()];
        return value.Layer.Sample.Rank == 2 && rank <= 4 && added.SequenceEqual(Enumerable.Range(value.Rank, axes.Length)) ? value with { Rank = rank }
            : throw new OnnxProblem($"it adds the axes {string.Join(", ", axes.Take(8))}, supported are those after N×C");
    }

    public static OnnxValue Transpose(OnnxCall call)
    {
        OnnxActivation value = call.View(0);
        IReadOnlyList<long> axes = call.Integers("perm") ?? [.. Enumerable.Range(0, value.Rank).Reverse().Select(a => (long)a)];
        return axes.SequenceEqual(Enumerable.Range(0, value.Rank).Select(a => (long)a)) ? value
            : value.Padding == default && value.IsChannelsLast && axes is [0, 3, 1, 2] ? value with { IsChannelsLast = false }
            : value.Padding == default && !value.IsChannelsLast && axes is [0, 2, 3, 1] ? value with { IsChannelsLast = true }
            : throw new OnnxProblem($"perm is {string.Join(", ", axes.Take(8))}, supported are 0, 3, 1, 2 of N×H×W×C and 0, 2, 3, 1 of N×C×H×W");
    }

    public static OnnxValue Split(OnnxCall call)
    {
        OnnxActivation value = Channelled(call);
        int count = value.ChannelCount;
        int outputs = call.Node.Outputs.Count;
        call.Require("num_outputs", outputs);
        long[] sizes = call.IntegersOrInput("split", 1) ?? [.. Enumerable.Range(0, outputs).Select(i => (long)Math.Min((count + outputs - 1) / outputs, count - (i * ((count + outputs - 1) / outputs))))];
        if (sizes.Length != outputs || sizes.Any(s => s < 1 || s > count) || sizes.Sum() != count)
        {
            throw new OnnxProblem($"it splits {count} channels into {string.Join(", ", sizes.Take(8))}");
        }

        List<OnnxValue> parts = [];
        int start = 0;
        foreach (int size in sizes.Select(s => (int)s))
        {
            parts.Add(Select(call, value, Enumerable.Range(start, size)));
            start += size;
        }

        return new OnnxParts(parts);
    }

    public static OnnxValue Concat(OnnxCall call)
    {
        OnnxActivation first = Channelled(call);
        OnnxActivation[] parts = [.. Enumerable.Range(0, call.Inputs.Count).Select(i => call.View(i, 4))];
        if (parts.Any(p => p.Layer != first.Layer || p.IsChannelsLast != first.IsChannelsLast || p.Padding != default))
        {
            throw new OnnxProblem("it joins channels of several layers, supported are those of one, with arithmetic a channel");
        }

        OnnxArithmetic[] arithmetic = [.. parts.Select(p => p.Arithmetic ?? OnnxArithmetic.None(p.ChannelCount))];
        return With(call, first, [.. parts.SelectMany(Channels)], Array.TrueForAll(parts, p => p.Arithmetic is null) ? null : new([.. arithmetic.SelectMany(a => a.Scale)], [.. arithmetic.SelectMany(a => a.Shift)]));
    }

    public static OnnxValue Gather(OnnxCall call)
    {
        OnnxActivation value = Channelled(call);
        OnnxConstant indices = call.Constant(1);
        return indices.Shape.Rank == 1 ? Select(call, value, indices.Integers())
            : throw new OnnxProblem($"it takes the indices of a constant of shape {indices.Shape}, supported is a list of channels");
    }

    public static OnnxValue Slice(OnnxCall call)
    {
        OnnxActivation value = call.View(0, 4);
        long[]? starts = call.IntegersOrInput("starts", 1), ends = call.IntegersOrInput("ends", 2), axes = call.IntegersOrInput("axes", 3), steps = call.Optional(4)?.Integers();
        if (starts is not [var start] || ends is not [var end] || axes is not [var axis] || steps is not (null or [_]) || !IsChannelAxis(value, axis))
        {
            throw new OnnxProblem("it cuts rows, columns or images, supported are channels");
        }

        return Select(call, value, OnnxFolding.Range(start, end, steps?[0] ?? 1, value.ChannelCount));
    }

    /// <summary>N×(C·H·W) of a value: one more name of it where there is one pixel.</summary>
    private static OnnxActivation Flat(OnnxCall call, OnnxActivation value)
    {
        if (value.Layer.Sample.Rank == 2)
        {
            return value with { Rank = 2, IsChannelsLast = false };
        }

        value = call.Own(0);
        bool isPixel = value.Layer.IsSizeKnown && value.Layer.Sample is { Height: 1, Width: 1 };
        return value.Padding != default || (value.IsChannelsLast && !isPixel) ? throw new OnnxProblem("it flattens channels that come last, or padded rows and columns")
            : call.Layer(new Flatten(), 2, [value.Layer]);
    }

    private static OnnxActivation Channelled(OnnxCall call)
    {
        OnnxActivation value = call.View(0, 4);
        long axis = call.Integer("axis", 0);
        return value.Padding == default && value.Layer.Sample.Rank == 4 && IsChannelAxis(value, axis) ? value : throw new OnnxProblem($"axis is {axis}, supported are the channels of images");
    }

    private static bool IsChannelAxis(OnnxActivation value, long axis) => value.Axis(axis) == (value.IsChannelsLast ? 3 : 1);

    private static IReadOnlyList<int> Channels(OnnxActivation value) => value.Channels ?? [.. Enumerable.Range(0, value.Layer.Sample.Channels)];

    private static OnnxActivation Select(OnnxCall call, OnnxActivation value, IEnumerable<int> indices) => Select(call, value, [.. indices.Select(i => (long)i)]);

    private static OnnxActivation Select(OnnxCall call, OnnxActivation value, IReadOnlyList<long> indices)
    {
        IReadOnlyList<int> channels = Channels(value);
        int[] seen = [.. indices.Select(i => i >= -channels.Count && i < channels.Count ? (int)(i < 0 ? i + channels.Count : i) : throw new OnnxProblem($"it takes channel {i} of {channels.Count}"))];
        return With(call, value, [.. seen.Select(i => channels[i])], value.Arithmetic is { } arithmetic ? new([.. seen.Select(i => arithmetic.Scale[i])], [.. seen.Select(i => arithmetic.Shift[i])]) : null);
    }

    /// <summary>The channels, or all of them where they are in their own order.</summary>
    private static OnnxActivation With(OnnxCall call, OnnxActivation value, int[] channels, OnnxArithmetic? arithmetic)
    {
        if (channels.Length is 0 or > OnnxImport.MaxChannels)
        {
            throw new OnnxProblem($"it gives {channels.Length} channels, from 1 to {OnnxImport.MaxChannels} are supported");
        }

        call.Budget.Take((long)channels.Length * sizeof(int), call.Node.Shown);
        bool isWhole = channels.Length == value.Layer.Sample.Channels && channels.SequenceEqual(Enumerable.Range(0, channels.Length));
        return value with { Channels = isWhole ? null : channels, Arithmetic = arithmetic };
    }
}

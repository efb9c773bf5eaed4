namespace CudaNet.Weights;

/// <summary>Imports the operators that arrange channels: they become orders and choices of a layer's channels, which <see cref="OnnxChannels"/> works into what reads them.</summary>
internal static class OnnxArrangements
{
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
            parts.Add(Select(call, value, [.. Enumerable.Range(start, size).Select(i => (long)i)]));
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

        CheckCount(call, parts.Sum(p => (long)p.ChannelCount));
        int[] channels = [.. parts.SelectMany(p => Enumerable.Range(0, p.ChannelCount).Select(p.ChannelAt))];
        if (Array.TrueForAll(parts, p => p.Arithmetic is null))
        {
            return With(first, channels, null);
        }

        call.Budget.Take(4L * channels.Length * sizeof(double), call.Node.Shown);
        OnnxArithmetic[] arithmetic = [.. parts.Select(p => p.Arithmetic ?? OnnxArithmetic.None(p.ChannelCount))];
        return With(first, channels, new([.. arithmetic.SelectMany(a => a.Scale)], [.. arithmetic.SelectMany(a => a.Shift)]));
    }

    public static OnnxValue Gather(OnnxCall call)
    {
        OnnxConstant indices = call.Constant(1);
        OnnxActivation value = call.View(0);
        if (value.Layer.Sample.Rank == 2 && value.Rank > 2 && !value.IsChannelsLast && value.Axis(call.Integer("axis", 0)) >= 2 && indices is { Shape.Rank: 0, IsWhole: true } && indices.Integers()[0] is 0 or -1)
        {
            // The row or column of a mean, of which there is one.
            return value with { Rank = value.Rank - 1 };
        }

        value = Channelled(call);
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

    /// <summary>One channel repeated (<c>expand</c>); every other extent stays.</summary>
    public static OnnxValue Expand(OnnxCall call)
    {
        OnnxActivation value = call.View(0, 4);
        IReadOnlyList<OnnxExtent> target = OnnxFolding.Extents(call.Input(1));
        int axis = value.IsChannelsLast ? 3 : 1;
        int offset = 4 - target.Count;
        bool Stays(OnnxExtent extent, int of) => extent.Value == 1 || (of == 0 ? extent.IsBatch || (call.Batch is { } batch && extent.Value == batch)
            : value.Layer.IsSizeKnown && value.Padding == default && extent.Value == (of == (value.IsChannelsLast ? 1 : 2) ? value.Layer.Sample.Height : value.Layer.Sample.Width));
        if (value.Padding != default || value.Layer.Sample.Rank != 4 || offset < 0 || offset > axis || target[axis - offset].Value is not { } channels
            || target.Where((t, i) => i + offset != axis && !Stays(t, i + offset)).Any() || (channels != 1 && value.ChannelCount is var own && own != 1 && own != channels))
        {
            throw new OnnxProblem($"its shape is ({OnnxExtent.Shown(target)}), supported is one channel repeated");
        }

        return value.ChannelCount == 1 ? Repeat(call, value, channels) : value;
    }

    /// <summary>Channels repeated (<c>repeat</c>).</summary>
    public static OnnxValue Tile(OnnxCall call)
    {
        OnnxActivation value = call.View(0, 4);
        long[] times = call.Constant(1).Integers();
        int axis = value.IsChannelsLast ? 3 : 1;
        return value.Padding == default && value.Layer.Sample.Rank == 4 && times.Length == 4 && !times.Where((t, i) => i != axis && t != 1).Any() ? Repeat(call, value, times[axis])
            : throw new OnnxProblem($"repeats are {string.Join(", ", times.Take(8))}, supported are those of channels");
    }

    /// <summary>All channels, one after the other, a number of times.</summary>
    public static OnnxActivation Repeat(OnnxCall call, OnnxActivation value, long times)
    {
        int own = value.ChannelCount;
        CheckCount(call, times is >= 1 and <= OnnxImport.MaxChannels ? times * own : 0);
        return Select(call, value, [.. Enumerable.Range(0, (int)times * own).Select(i => (long)(i % own))]);
    }

    private static OnnxActivation Channelled(OnnxCall call)
    {
        OnnxActivation value = call.View(0, 4);
        long axis = call.Integer("axis", 0);
        return value.Padding == default && value.Layer.Sample.Rank == 4 && IsChannelAxis(value, axis) ? value : throw new OnnxProblem($"axis is {axis}, supported are the channels of images");
    }

    private static bool IsChannelAxis(OnnxActivation value, long axis) => value.Axis(axis) == (value.IsChannelsLast ? 3 : 1);

    private static OnnxActivation Select(OnnxCall call, OnnxActivation value, IReadOnlyList<long> indices)
    {
        CheckCount(call, indices.Count);
        int count = value.ChannelCount;
        int[] seen = [.. indices.Select(i => i >= -count && i < count ? (int)(i < 0 ? i + count : i) : throw new OnnxProblem($"it takes channel {i} of {count}"))];
        return With(value, [.. seen.Select(value.ChannelAt)], value.Arithmetic is { } arithmetic ? new([.. seen.Select(i => arithmetic.Scale[i])], [.. seen.Select(i => arithmetic.Shift[i])]) : null);
    }

    private static void CheckCount(OnnxCall call, long channels)
    {
        if (channels is < 1 or > OnnxImport.MaxChannels)
        {
            throw new OnnxProblem($"it gives {channels} channels, from 1 to {OnnxImport.MaxChannels} are supported");
        }

        call.Budget.Take(channels * (sizeof(int) + sizeof(long)), call.Node.Shown);
    }

    /// <summary>The channels, or all of them where they are in their own order.</summary>
    private static OnnxActivation With(OnnxActivation value, int[] channels, OnnxArithmetic? arithmetic)
    {
        bool isWhole = channels.Length == value.Layer.Sample.Channels && channels.SequenceEqual(Enumerable.Range(0, channels.Length));
        return value with { Channels = isWhole ? null : channels, Arithmetic = arithmetic };
    }
}

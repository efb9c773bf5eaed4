using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Imports the operators that give values another shape: they become names, or <see cref="Flatten"/>.</summary>
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
            _ => throw new OnnxProblem($"its shape is ({OnnxExtent.Shown(target)}), supported is N×(C·H·W)"),
        };
    }

    public static OnnxValue Squeeze(OnnxCall call)
    {
        OnnxActivation value = call.View(0);
        long[]? axes = call.IntegersOrInput("axes", 1);
        long[] spatial = value.IsChannelsLast ? [1, 2] : [.. Enumerable.Range(2, value.Rank - 2).Select(a => (long)a)];
        long[] removed = axes is null ? [.. spatial] : [.. axes.Select(value.Axis)];
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
}

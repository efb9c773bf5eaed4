using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>A scale and a shift for each channel that a graph sees, still to be computed.</summary>
/// <param name="Scale">What each is multiplied by.</param>
/// <param name="Shift">What is added then.</param>
internal sealed record OnnxArithmetic(IReadOnlyList<double> Scale, IReadOnlyList<double> Shift)
{
    /// <summary>What leaves every channel as it is.</summary>
    public static OnnxArithmetic None(int channels) => new([.. Enumerable.Repeat(1.0, channels)], new double[channels]);

    /// <summary>This, and another after it.</summary>
    public OnnxArithmetic Then(OnnxArithmetic next) =>
        new([.. Scale.Zip(next.Scale, (a, b) => a * b)], [.. Shift.Select((shift, i) => (shift * next.Scale[i]) + next.Shift[i])]);
}

/// <summary>
/// Channels in another order than a layer has them, a part of them, or some twice, each with arithmetic of its own. An order is worked into what reads it, all else becomes a layer once it is read.
/// </summary>
internal static class OnnxChannels
{
    /// <summary>Numbers of equal count a channel, from the order in which the graph sees all channels into the layer's own.</summary>
    public static double[] InOwnOrder(OnnxActivation value, double[] numbers)
    {
        if (value.Channels is not { } order)
        {
            return numbers;
        }

        double[] own = new double[numbers.Length];
        int each = numbers.Length / order.Count;
        for (int i = 0; i < order.Count; i++)
        {
            numbers.AsSpan(i * each, each).CopyTo(own.AsSpan(order[i] * each));
        }

        return own;
    }

    /// <summary>A convolution's weight for the channels in the layer's own order.</summary>
    public static OnnxConstant InOwnOrder(OnnxCall call, OnnxActivation value, OnnxConstant weight)
    {
        if (value.Channels is not { } order || weight.Shape[1] != order.Count)
        {
            return weight;
        }

        call.Budget.Take(weight.Count * sizeof(double), "a weight");
        double[] numbers = weight.Numbers();
        double[] own = new double[numbers.Length];
        int plane = weight.Shape[2] * weight.Shape[3];
        for (int row = 0; row < weight.Shape[0]; row++)
        {
            for (int i = 0; i < order.Count; i++)
            {
                numbers.AsSpan(((row * order.Count) + i) * plane, plane).CopyTo(own.AsSpan(((row * order.Count) + order[i]) * plane));
            }
        }

        return OnnxConstant.Of(call.File, weight.Type == WeightType.Float64 ? WeightType.Float64 : WeightType.Float32, weight.Shape, own);
    }

    /// <summary>The layer that computes arithmetic of all channels.</summary>
    /// <param name="file">The file, for computed constants.</param>
    /// <param name="value">What the graph sees of the layer before: all its channels, in whatever order, and their arithmetic.</param>
    /// <param name="type">Element type of the constants.</param>
    public static (LayerOp Op, (string Name, OnnxConstant Value)[] Parameters) Affine(string file, OnnxActivation value, WeightType type)
    {
        (int channels, OnnxArithmetic arithmetic) = (value.ChannelCount, value.Arithmetic!);
        OnnxConstant Vector(double[] numbers) => OnnxConstant.Of(file, type, new TensorShape(channels), InOwnOrder(value, numbers));
        return (new BatchNorm2d(channels, Epsilon: 0),
        [
            ("weight", Vector([.. arithmetic.Scale])),
            ("bias", Vector([.. arithmetic.Shift])),
            ("running_mean", Vector(new double[channels])),
            ("running_var", Vector([.. Enumerable.Repeat(1.0, channels)])),
        ]);
    }

    /// <summary>The layer that gives the channels that the graph sees, with their arithmetic: a convolution of 1×1.</summary>
    /// <param name="file">The file, for computed constants.</param>
    /// <param name="value">What the graph sees of the layer before.</param>
    /// <param name="type">Element type of the constants.</param>
    public static (LayerOp Op, (string Name, OnnxConstant Value)[] Parameters) Choice(string file, OnnxActivation value, WeightType type)
    {
        int channels = value.Layer.Sample.Channels, seen = value.ChannelCount;
        double[] choice = new double[seen * channels];
        for (int i = 0; i < seen; i++)
        {
            choice[(i * channels) + value.Channels![i]] = value.Arithmetic?.Scale[i] ?? 1;
        }

        Conv2d op = new(channels, seen, 1, 1, Bias: value.Arithmetic is not null);
        OnnxConstant weight = OnnxConstant.Of(file, type, new TensorShape(seen, channels, 1, 1), choice);
        return (op, value.Arithmetic is { } arithmetic ? [("weight", weight), ("bias", OnnxConstant.Of(file, type, new TensorShape(seen), [.. arithmetic.Shift]))] : [("weight", weight)]);
    }
}

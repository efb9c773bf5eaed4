namespace CudaNet.Weights;

/// <summary>Numbers a channel, from the order in which a graph sees channels into the layer's own.</summary>
internal static class OnnxChannels
{
    /// <summary>Numbers of equal count a channel, the channels of the layer in its own order.</summary>
    /// <exception cref="OnnxProblem">The graph sees only a part of the channels, or one twice.</exception>
    public static double[] InOwnOrder(OnnxActivation value, double[] numbers)
    {
        if (Order(value) is not { } order)
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
    public static OnnxConstant InOwnOrder(OnnxCall call, OnnxActivation value, OnnxConstant weight, long groups)
    {
        if (Order(value) is not { } order)
        {
            return weight;
        }

        if (groups != 1 || weight.Shape[1] != order.Count)
        {
            throw new OnnxProblem("it reads channels in another order, supported is then a convolution without groups");
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

    private static IReadOnlyList<int>? Order(OnnxActivation value) => value.Channels is not { } order ? null
        : order.Count == value.Layer.Sample.Channels && order.Distinct().Count() == order.Count ? order
        : throw new OnnxProblem($"it reads {order.Count} of {value.Layer.Sample.Channels} channels, supported are all of them");
}

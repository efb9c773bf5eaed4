using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Imports the operators that work element by element, or channel by channel.</summary>
internal static class OnnxElements
{
    /// <summary>The most features of an image that are computed with one by one: their square is a matrix.</summary>
    private const int MaxFeatures = 4096;

    public static OnnxValue BatchNormalization(OnnxCall call)
    {
        OnnxActivation value = call.View(0);
        call.Ignore("momentum", "consumed_inputs", "is_test");
        call.Require("spatial", 1);
        call.Ignore("training_mode");
        RefusePadded(value);
        if (value.IsChannelsLast)
        {
            throw new OnnxProblem("it reads values whose channels come last");
        }

        double epsilon = Decimal((float)call.Single("epsilon", 1e-5f));
        if (value.Layer.Sample.Rank == 2 || value.Channels is not null)
        {
            return Normalised(call, value, epsilon);
        }

        value = call.Own(0);
        return call.Layer(
            new BatchNorm2d(value.ChannelCount, epsilon),
            4,
            [value.Layer],
            ("weight", call.Constant(1)),
            ("bias", call.Constant(2)),
            ("running_mean", call.Constant(3)),
            ("running_var", call.Constant(4)));
    }

    public static OnnxValue Relu(OnnxCall call)
    {
        call.Ignore("consumed_inputs");
        OnnxActivation value = call.Activation(0);
        return call.Layer(new ReLU(), value.Rank, [value.Layer]);
    }

    public static OnnxValue Same(OnnxCall call) => call.View(0);

    public static OnnxValue Dropout(OnnxCall call)
    {
        call.Ignore("ratio", "seed", "is_test");
        return call.Optional(2) is { } training && training.Numbers().Any(t => t != 0) ? throw new OnnxProblem("it is in training") : call.View(0);
    }

    public static OnnxValue Cast(OnnxCall call)
    {
        call.Ignore("saturate", "round_mode");
        WeightType? type = OnnxTensors.TypeOf(call.Integer("to", 0));
        return type is WeightType.Float32 or WeightType.Float64 or WeightType.Float16 or WeightType.BFloat16 ? call.View(0) : throw new OnnxProblem("it makes no floating-point numbers");
    }

    public static OnnxValue Softmax(OnnxCall call)
    {
        OnnxActivation value = call.Activation(0);
        long axis = call.Integer("axis", call.Opset < 13 ? 1 : -1);
        return value.Axis(axis) == 1 && value.Layer.Sample.Rank == 2 ? call.Layer(new Softmax(), value.Rank, [value.Layer])
            : throw new OnnxProblem($"axis is {axis} of {value.Rank} dimensions, supported is C of N×C");
    }

    public static OnnxValue Sum(OnnxCall call) => call.Inputs.Count switch
    {
        1 => call.View(0),
        2 => Add(call),
        _ => throw new OnnxProblem($"it adds {call.Inputs.Count} values, supported are two"),
    };

    public static OnnxValue Add(OnnxCall call)
    {
        Ignore(call);
        if (call.Inputs is [OnnxActivation, OnnxActivation])
        {
            OnnxActivation a = call.Activation(0), b = call.Activation(1, a.Rank);
            return call.Layer(new Add(), a.Rank, [a.Layer, b.Layer]);
        }

        int constant = call.Inputs is [OnnxConstant, _] ? 0 : 1;
        return Shifted(call, 1 - constant, call.Constant(constant), c => c);
    }

    public static OnnxValue Subtract(OnnxCall call)
    {
        Ignore(call);
        if (call.Inputs is not [OnnxConstant constant, _])
        {
            return Shifted(call, 0, call.Constant(1), c => -c);
        }

        OnnxActivation value = Widened(call, call.View(1), constant);
        double[] numbers = Across(value, constant) ?? throw new OnnxProblem($"a constant of shape {constant.Shape} is not one number a channel");
        return PerChannel(call, value, [.. numbers.Select(_ => -1.0)], numbers, Precise(call, constant));
    }

    public static OnnxValue Multiply(OnnxCall call)
    {
        Ignore(call);
        return call.Inputs is [OnnxConstant constant, _] ? Scaled(call, call.View(1), constant, c => c) : Scaled(call, call.View(0), call.Constant(1), c => c);
    }

    public static OnnxValue Divide(OnnxCall call)
    {
        Ignore(call);
        return Scaled(call, call.View(0), call.Constant(1), c => 1 / c);
    }

    /// <summary>The number that a writer rounded to single precision: 1e-5, not 9.99999974738e-6.</summary>
    private static double Decimal(float value) => value is >= 0 and < 1 ? (double)(decimal)value is var exact && (float)exact == value ? exact : value
        : float.IsFinite(value) && value >= 1 ? value
        : throw new OnnxProblem($"epsilon is {value}");

    /// <summary>Attributes of operators before broadcasting was NumPy's.</summary>
    private static void Ignore(OnnxCall call) => call.Ignore("consumed_inputs");

    /// <summary>A batch norm of features, or of channels that are arranged: a scale and a shift for each.</summary>
    private static OnnxActivation Normalised(OnnxCall call, OnnxActivation value, double epsilon)
    {
        TensorShape wanted = new(value.ChannelCount);
        double[] Numbers(int input) => call.Constant(input) is { } constant && constant.Shape == wanted ? constant.Numbers() : throw new OnnxProblem($"input {input} has not the shape {wanted}");
        call.Budget.Take(8L * value.ChannelCount * sizeof(double), call.Node.Shown);
        (double[] weight, double[] bias, double[] mean, double[] variance) = (Numbers(1), Numbers(2), Numbers(3), Numbers(4));
        double[] scale = [.. weight.Zip(variance, (w, v) => w / Math.Sqrt(v + epsilon))];
        return PerChannel(call, value, scale, [.. bias.Select((b, i) => b - (mean[i] * scale[i]))], Precise(call, call.Constant(1)));
    }

    private static OnnxActivation Shifted(OnnxCall call, int input, OnnxConstant constant, Func<double, double> sign)
    {
        OnnxActivation value = Widened(call, call.View(input), constant);
        OnnxLayer layer = value.Layer;
        double[]? numbers = Across(value, constant);
        if (numbers is not null && layer.Op is Linear { Bias: false } linear && call.IsOnlyReader(input, layer) && value.IsPlain)
        {
            layer.Op = linear with { Bias = true };
            layer.Parameters["bias"] = OnnxConstant.Of(call.File, Precise(call, constant), new TensorShape(numbers.Length), [.. numbers.Select(sign)]);
            call.TakeOver(layer);
            return value;
        }

        if (numbers is not null)
        {
            return PerChannel(call, value, [.. numbers.Select(_ => 1.0)], [.. numbers.Select(sign)], Precise(call, constant));
        }

        if (layer.Sample.Rank == 2)
        {
            throw new OnnxProblem($"a constant of shape {constant.Shape} is not one number a channel");
        }

        value = call.Own(input);
        layer = value.Layer;
        TensorShape image = new(layer.Sample.Channels, layer.Sample.Height, layer.Sample.Width);
        TensorShape seen = value.IsChannelsLast ? new(image[1], image[2], image[0]) : image;
        if (!layer.IsSizeKnown || value.Padding != default || (constant.Shape != seen && constant.Shape != new TensorShape([1, .. seen.Extents])))
        {
            throw new OnnxProblem($"a constant of shape {constant.Shape} is neither one number a channel nor one an element of images of a fixed size");
        }

        constant = constant.Reshape(seen, call.Budget);
        call.Budget.Take(constant.Count * sizeof(double), "a constant image");
        double[] offset = [.. (value.IsChannelsLast ? constant.Transpose([2, 0, 1]) : constant).Numbers().Select(sign)];
        return call.Layer(new Offset(image[0], image[1], image[2]), 4, [layer], ("bias", OnnxConstant.Of(call.File, Precise(call, constant), image, OnnxChannels.InOwnOrder(value, offset)))) with
        {
            Channels = value.Channels,
            IsChannelsLast = value.IsChannelsLast,
        };
    }

    private static OnnxActivation Scaled(OnnxCall call, OnnxActivation value, OnnxConstant constant, Func<double, double> scale)
    {
        value = Widened(call, value, constant);
        double[] numbers = Across(value, constant) ?? throw new OnnxProblem($"a constant of shape {constant.Shape} is not one number a channel");
        return PerChannel(call, value, [.. numbers.Select(scale)], [.. numbers.Select(_ => 0.0)], Precise(call, constant));
    }

    /// <summary>One channel as often as a constant has numbers a channel: grey images less three means.</summary>
    private static OnnxActivation Widened(OnnxCall call, OnnxActivation value, OnnxConstant constant)
    {
        int axis = value.IsChannelsLast ? 3 : 1, own = axis - 4 + constant.Shape.Rank;
        return value is { Layer.Sample.Rank: 4, ChannelCount: 1 } && value.Padding == default && own >= 0 && constant.Shape.Rank <= 4 && constant.Count > 1 && constant.Shape[own] == constant.Count
            ? OnnxArrangements.Repeat(call, value, constant.Count)
            : value;
    }

    /// <summary>Scales and shifts, a number each for every channel that the graph sees. Of a part of the channels that waits until they are together again.</summary>
    private static OnnxActivation PerChannel(OnnxCall call, OnnxActivation value, double[] scale, double[] shift, WeightType type)
    {
        RefusePadded(value);
        OnnxArithmetic arithmetic = new(scale, shift);
        if (value.Layer.Sample.Rank == 2)
        {
            return Diagonal(call, value, arithmetic, type);
        }

        call.Budget.Take(8L * scale.Length * sizeof(double), call.Node.Shown);
        value = value with { Arithmetic = value.Arithmetic?.Then(arithmetic) ?? arithmetic };
        return value.IsOfAllChannels ? call.Arranged(value, type) : value;
    }

    /// <summary>Arithmetic of features: a matrix that has nothing beside its diagonal.</summary>
    private static OnnxActivation Diagonal(OnnxCall call, OnnxActivation value, OnnxArithmetic arithmetic, WeightType type)
    {
        int features = value.ChannelCount;
        if (features > MaxFeatures)
        {
            throw new OnnxProblem($"it computes with each of {features} features, at most {MaxFeatures} are supported");
        }

        call.Budget.Take(2L * features * features * sizeof(double), call.Node.Shown);
        double[] weight = new double[features * features];
        for (int i = 0; i < features; i++)
        {
            weight[i * (features + 1)] = arithmetic.Scale[i];
        }

        return call.Layer(
            new Linear(features, features),
            value.Rank,
            [value.Layer],
            ("weight", OnnxConstant.Of(call.File, type, new TensorShape(features, features), weight)),
            ("bias", OnnxConstant.Of(call.File, type, new TensorShape(features), [.. arithmetic.Shift])));
    }

    private static void RefusePadded(OnnxActivation value)
    {
        if (value.Padding != default)
        {
            throw new OnnxProblem("it reads padded rows and columns, which only convolutions and pooling can");
        }
    }

    /// <summary>A constant that is one number, or one a channel: as many as the graph sees channels, in its order; else null.</summary>
    private static double[]? Across(OnnxActivation value, OnnxConstant constant)
    {
        int channels = value.ChannelCount;
        if (constant.Count == 1 && constant.Shape.Rank <= value.Rank)
        {
            return [.. Enumerable.Repeat(constant.Numbers()[0], channels)];
        }

        int axis = value.IsChannelsLast ? value.Rank - 1 : 1;
        int offset = value.Rank - constant.Shape.Rank;
        return offset <= axis && constant.Count == channels && constant.Shape[axis - offset] == channels ? constant.Numbers() : null;
    }

    private static WeightType Precise(OnnxCall call, OnnxConstant constant) => call.IsPreprocessing || constant.Type == WeightType.Float64 ? WeightType.Float64 : WeightType.Float32;
}

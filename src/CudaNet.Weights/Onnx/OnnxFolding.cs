using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Folds what does not depend on the images: shapes that old exports compute, and weights that are arranged, converted or scaled by nodes.</summary>
internal static class OnnxFolding
{
    private const int MaxExtents = 64;

    /// <summary>Those that only constants go through.</summary>
    public static IReadOnlySet<string> Operators { get; } = new HashSet<string>(["Sqrt", "Neg", "Reciprocal", "Equal", "Where"], StringComparer.Ordinal);

    /// <summary>The result; null where the operator is none that is folded.</summary>
    /// <exception cref="OnnxProblem">It cannot be computed.</exception>
    public static OnnxValue? Fold(OnnxCall call)
    {
        try
        {
            return call.Node.Operator switch
            {
                "Identity" or "Dropout" => Same(call),
                "Cast" => Cast(call),
                "Add" => Compute(call, (a, b) => a + b),
                "Sub" => Compute(call, (a, b) => a - b),
                "Mul" => Compute(call, (a, b) => a * b),
                "Div" => Compute(call, (a, b) => a / b),
                "Sqrt" => Compute(call, Math.Sqrt),
                "Neg" => Compute(call, a => -a),
                "Reciprocal" => Compute(call, a => 1 / a),
                "Equal" => OnnxFoldingAxes.Compute(call, (a, b) => a == b ? 1 : 0),
                "Where" => OnnxFoldingAxes.Where(call),
                "Transpose" => Transpose(call),
                "Reshape" => call.Constant(0) is var value ? value.Reshape(Target(value.Shape, call.Constant(1).Integers(), call.Integer("allowzero", 0) != 0), call.Budget) : null,
                "Flatten" => Flatten(call),
                "Squeeze" => OnnxFoldingAxes.Squeeze(call),
                "Unsqueeze" => OnnxFoldingAxes.Unsqueeze(call),
                "Gather" => call.Input(0) is OnnxExtents ? OnnxFoldingAxes.Gather(call) : OnnxFoldingArrays.Gather(call),
                "Slice" => call.Input(0) is OnnxExtents ? OnnxFoldingAxes.Slice(call) : OnnxFoldingArrays.Slice(call),
                "Concat" => call.Inputs.Any(i => i is OnnxExtents) ? OnnxFoldingAxes.Concat(call) : OnnxFoldingArrays.Concat(call),
                _ => null,
            };
        }
        catch (ShapeException exception)
        {
            throw new OnnxProblem(exception.Message);
        }
    }

    /// <summary>The extents of a value; those that depend on the batch stay open.</summary>
    public static OnnxValue Shape(OnnxCall call)
    {
        OnnxExtent[] all = call.Input(0) is OnnxConstant constant ? [.. constant.Shape.Extents.ToArray().Select(e => new OnnxExtent(e))] : Extents(call, call.View(0));
        return Result(call, [.. Range(call.Integer("start", 0), call.Integer("end", long.MaxValue), 1, all.Length).Select(i => all[(int)i])], isScalar: false);
    }

    private static OnnxExtent[] Extents(OnnxCall call, OnnxActivation value)
    {
        TensorShape sample = value.Layer.Sample;
        long? Spatial(int extent) => sample.Rank == 2 ? 1 : value.Layer.IsSizeKnown && value.Padding == default ? extent : null;
        OnnxExtent batch = new(call.Batch, IsBatch: true), channels = new(value.ChannelCount);
        OnnxExtent[] spatial = [new(Spatial(sample.Height)), new(Spatial(sample.Width))];
        return value.IsChannelsLast ? [batch, .. spatial, channels] : [batch, channels, .. spatial.Take(value.Rank - 2)];
    }

    /// <summary>A constant that is a node.</summary>
    public static OnnxValue Constant(OnnxCall call) => call.Tensor("value") is { } tensor ? call.Stored(tensor)
        : call.Node.Attributes.ContainsKey("value_float") ? OnnxConstant.Of(call.File, WeightType.Float32, new TensorShape(), [call.Single("value_float", 0)])
        : call.Node.Attributes.ContainsKey("value_int") ? OnnxConstant.Of(call.File, new TensorShape(), [call.Integer("value_int", 0)])
        : call.Singles("value_floats") is { Count: > 0 } singles ? OnnxConstant.Of(call.File, WeightType.Float32, new TensorShape(singles.Count), [.. singles.Select(s => (double)s)])
        : call.Integers("value_ints") is { } integers ? OnnxConstant.Of(call.File, new TensorShape(integers.Count), [.. integers])
        : throw new OnnxProblem("it has no dense value");

    /// <summary>One value, repeated.</summary>
    public static OnnxValue ConstantOfShape(OnnxCall call)
    {
        TensorShape shape = TensorLayout.ShapeOf(call.Constant(0).Integers());
        OnnxConstant filling = call.Tensor("value") is { } tensor ? call.Stored(tensor) : OnnxConstant.Of(call.File, WeightType.Float32, new TensorShape(1), [0]);
        OnnxConstant.CheckCount(shape.ElementCount);
        call.Budget.Take(shape.ElementCount * sizeof(double), call.Node.Shown);
        return filling.Count == 1
            ? OnnxConstant.Of(call.File, filling.IsWhole ? WeightType.Int64 : WeightType.Float32, shape, [.. Enumerable.Repeat(filling.Numbers()[0], (int)shape.ElementCount)])
            : throw new OnnxProblem("its value is no single number");
    }

    /// <summary>The indices that Python's <c>start:end:step</c> takes of <paramref name="count"/>.</summary>
    public static IReadOnlyList<long> Range(long start, long end, long step, long count)
    {
        if (step is 0 or < int.MinValue or > int.MaxValue)
        {
            throw new OnnxProblem($"its step is {step}");
        }

        long low = step > 0 ? 0 : -1, high = step > 0 ? count : count - 1;
        long Bound(long index) => Math.Clamp(index < 0 ? Math.Max(index, -count - 1) + count : index, low, high);
        List<long> indices = [];
        (long from, long to) = (Bound(start), Bound(end));
        for (long i = from; step > 0 ? i < to : i > to; i += step)
        {
            indices.Add(i);
        }

        return indices;
    }

    /// <summary>Extents that a node computes with: of a constant, or of the images.</summary>
    public static IReadOnlyList<OnnxExtent> Extents(OnnxValue? value) => value switch
    {
        OnnxExtents extents => extents.Values,
        OnnxConstant { IsWhole: true, Shape.Rank: <= 1, Count: <= MaxExtents } constant => [.. constant.Integers().Select(i => new OnnxExtent(i))],
        _ => throw new OnnxProblem("it computes extents out of what is no short list of whole numbers"),
    };

    /// <summary>The extents as a constant where all are known.</summary>
    public static OnnxValue Result(OnnxCall call, IReadOnlyList<OnnxExtent> extents, bool isScalar) =>
        extents.Count > MaxExtents ? throw new OnnxProblem($"it computes more than {MaxExtents} extents")
        : extents.All(e => e.Value is not null && !e.IsBatch) ? OnnxConstant.Of(call.File, isScalar ? new TensorShape() : new TensorShape(extents.Count), [.. extents.Select(e => e.Value!.Value)])
        : new OnnxExtents(extents, isScalar);

    private static OnnxValue Same(OnnxCall call)
    {
        call.Ignore("ratio", "seed", "is_test");
        return call.Input(0)!;
    }

    private static OnnxValue Cast(OnnxCall call)
    {
        call.Ignore("saturate", "round_mode");
        WeightType type = OnnxTensors.TypeOf(call.Integer("to", 0)) ?? throw new OnnxProblem("it makes what are no numbers");
        if (call.Input(0) is not OnnxConstant constant)
        {
            return type is WeightType.Int64 or WeightType.Int32 ? call.Input(0)! : throw new OnnxProblem("it makes fractions of extents");
        }

        if (type == constant.Type || (constant.IsWhole && type is WeightType.Int64 or WeightType.Int32))
        {
            return constant;
        }

        // fp16 and bf16 are kept as they are: wider types hold them exactly.
        return type switch
        {
            WeightType.Float32 or WeightType.Float64 when constant.Type is WeightType.Float16 or WeightType.BFloat16 => constant,
            WeightType.Float64 when constant.Type == WeightType.Float32 => constant,
            WeightType.Float32 => Numbers(call, constant, WeightType.Float32, a => a),
            WeightType.Float16 => Numbers(call, constant, WeightType.Float32, a => (double)(Half)a),
            WeightType.Int64 or WeightType.Int32 => Numbers(call, constant, WeightType.Int64, Math.Truncate),
            _ => throw new OnnxProblem($"it rounds a constant to {type.TorchName()}"),
        };
    }

    private static OnnxConstant Transpose(OnnxCall call)
    {
        OnnxConstant constant = call.Constant(0);
        int rank = constant.Shape.Rank;
        int[] axes = [.. call.Integers("perm")?.Select(a => (int)a) ?? Enumerable.Range(0, rank).Reverse()];
        return axes.Order().SequenceEqual(Enumerable.Range(0, rank)) ? constant.Transpose(axes) : throw new OnnxProblem("perm is no order of the constant's axes");
    }

    private static OnnxConstant Flatten(OnnxCall call)
    {
        OnnxConstant constant = call.Constant(0);
        long axis = call.Integer("axis", 1);
        axis = axis < 0 ? axis + constant.Shape.Rank : axis;
        int[] extents = constant.Shape.Extents.ToArray();
        return axis < 0 || axis > extents.Length ? throw new OnnxProblem($"axis is {axis}")
            : constant.Reshape(TensorLayout.ShapeOf([extents.Take((int)axis).Aggregate(1L, (a, b) => a * b), extents.Skip((int)axis).Aggregate(1L, (a, b) => a * b)]), call.Budget);
    }

    private static TensorShape Target(TensorShape shape, long[] target, bool allowsZero)
    {
        long[] extents = [.. target.Select((t, i) => t == 0 && !allowsZero && i < shape.Rank ? shape[i] : t)];
        int open = Array.IndexOf(extents, -1);
        if (open >= 0)
        {
            Int128 others = extents.Where((_, i) => i != open).Aggregate((Int128)1, (a, b) => a * b);
            extents[open] = others > 0 && shape.ElementCount % others == 0 ? (long)(shape.ElementCount / others) : throw new OnnxProblem($"a constant of shape {shape} does not fit ({string.Join(", ", target.Take(8))})");
        }

        return TensorLayout.ShapeOf(extents);
    }

    private static OnnxValue Compute(OnnxCall call, Func<double, double, double> compute)
    {
        if (call.Inputs.Any(i => i is OnnxExtents or OnnxConstant { IsWhole: true }))
        {
            return OnnxFoldingAxes.Compute(call, compute);
        }

        OnnxConstant a = call.Constant(0), b = call.Constant(1);
        int rank = Math.Max(a.Shape.Rank, b.Shape.Rank);
        int[] extents = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            int x = Extent(a, axis, rank), y = Extent(b, axis, rank);
            extents[axis] = x == y || y == 1 ? x : x == 1 ? y : throw new OnnxProblem($"constants of the shapes {a.Shape} and {b.Shape} do not fit together");
        }

        TensorShape shape = new(extents);
        OnnxConstant.CheckCount(shape.ElementCount);
        call.Budget.Take(3 * shape.ElementCount * sizeof(double), call.Node.Shown);
        double[] left = Broadcast(a, shape), right = Broadcast(b, shape);
        for (int i = 0; i < left.Length; i++)
        {
            left[i] = compute(left[i], right[i]);
        }

        return OnnxConstant.Of(call.File, a.Type == WeightType.Float64 ? WeightType.Float64 : WeightType.Float32, shape, left);
    }

    private static OnnxConstant Compute(OnnxCall call, Func<double, double> compute)
    {
        OnnxConstant constant = call.Constant(0);
        return constant.IsWhole ? throw new OnnxProblem("it computes with whole numbers") : Numbers(call, constant, constant.Type == WeightType.Float64 ? WeightType.Float64 : WeightType.Float32, compute);
    }

    private static OnnxConstant Numbers(OnnxCall call, OnnxConstant constant, WeightType type, Func<double, double> compute)
    {
        call.Budget.Take(2 * constant.Count * sizeof(double), call.Node.Shown);
        return OnnxConstant.Of(call.File, type, constant.Shape, [.. constant.Numbers().Select(compute)]);
    }

    private static int Extent(OnnxConstant constant, int axis, int rank) => axis < rank - constant.Shape.Rank ? 1 : constant.Shape[axis - (rank - constant.Shape.Rank)];

    /// <summary>The elements repeated to a larger shape: a view with strides of zero.</summary>
    private static double[] Broadcast(OnnxConstant constant, TensorShape shape)
    {
        long[] strides = new long[shape.Rank];
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            int own = axis - (shape.Rank - constant.Shape.Rank);
            strides[axis] = own >= 0 && constant.Shape[own] != 1 ? constant.Layout.Strides[own] : 0;
        }

        return constant.View(shape, strides).Numbers();
    }
}

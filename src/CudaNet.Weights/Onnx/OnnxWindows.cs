using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Imports the operators that slide a window over rows and columns, and the means over all of them.</summary>
internal static class OnnxWindows
{
    private const int MaxPadding = 1 << 20;

    public static OnnxValue Convolution(OnnxCall call)
    {
        OnnxActivation value = call.Integer("group", 1) == 1 ? call.Ordered(0, 4) : call.Own(0, 4);
        OnnxConstant weight = call.Constant(1);
        OnnxConstant? bias = call.Optional(2);
        if (weight.Shape.Rank != 4)
        {
            throw new OnnxProblem($"its weight has the shape {weight.Shape}, supported are two dimensions of space (out×in×rows×columns)");
        }

        if (value.IsChannelsLast)
        {
            throw new OnnxProblem("it reads values whose channels come last");
        }

        (int rows, int columns) = (weight.Shape[2], weight.Shape[3]);
        CheckKernel(call, rows, columns);
        int stride = Both(call, "strides", 1), dilation = Both(call, "dilations", 1);
        if (value.Padding != default && value.PaddingValue != 0)
        {
            throw new OnnxProblem($"it reads rows and columns padded with {value.PaddingValue}, supported are zeros");
        }

        long groups = call.Integer("group", 1);
        if (groups < 1 || groups > weight.Shape[0])
        {
            throw new OnnxProblem($"group is {groups}");
        }

        int channels = checked((int)Math.Min(weight.Shape[1] * groups, int.MaxValue));
        Padding padding = Sum(Pads(call, value, (rows, columns), stride, dilation), value.Padding);
        weight = OnnxChannels.InOwnOrder(call, value, weight);
        if (value.Layer.Sample.Rank == 2)
        {
            // A global mean has no rows and columns here.
            if ((rows, columns, groups) != (1, 1, 1) || padding != default)
            {
                throw new OnnxProblem("it reads one pixel, supported is then a window of 1×1 without groups and padding");
            }

            return call.Layer(new Linear(channels, weight.Shape[0], bias is not null), 4, [value.Layer], Parameters(weight.Reshape(new TensorShape(weight.Shape[0], channels), call.Budget), bias));
        }

        Conv2d op = new(channels, weight.Shape[0], rows, columns, stride, padding, dilation, (int)groups, bias is not null);
        return call.Layer(op, 4, [value.Layer], Parameters(weight, bias));
    }

    public static OnnxValue MaxPool(OnnxCall call)
    {
        OnnxActivation value = call.Own(0, 4);
        call.Ignore("storage_order");
        if (Both(call, "dilations", 1) != 1)
        {
            throw new OnnxProblem("dilations are not supported");
        }

        (int kernel, int stride, Padding padding) = Window(call, value);
        RefuseWindowsInPadding(call, value, kernel, stride, padding);
        if (value.Padding != default && !double.IsNegativeInfinity(value.PaddingValue) && !(value.PaddingValue == 0 && IsNotNegative(value.Layer)))
        {
            throw new OnnxProblem($"it reads rows and columns padded with {value.PaddingValue}, which count where values are negative; supported are −∞, or 0 behind a ReLU");
        }

        return call.Layer(new MaxPool2d(kernel, stride, Sum(padding, value.Padding), call.Integer("ceil_mode", 0) == 1), 4, [Spatial(value)]);
    }

    public static OnnxValue AveragePool(OnnxCall call)
    {
        OnnxActivation value = call.Own(0, 4);
        bool ceil = call.Integer("ceil_mode", 0) != 0, counts = call.Integer("count_include_pad", 0) != 0;
        if (Both(call, "dilations", 1) != 1)
        {
            throw new OnnxProblem("dilations are not supported");
        }

        (int kernel, int stride, Padding padding) = Window(call, value);
        RefuseWindowsInPadding(call, value, kernel, stride, padding);
        if (value.Padding != default)
        {
            if (value.PaddingValue == 0 && !ceil && !counts && IsCeilMode(value, kernel, stride, padding))
            {
                (padding, ceil) = (default, true);
            }

            if (value.PaddingValue != 0 || (padding != default && !counts))
            {
                throw new OnnxProblem("it reads padded rows and columns and has pads of its own that do not count, or they are no zeros");
            }

            (padding, counts) = (Sum(padding, value.Padding), true);
        }

        TensorShape sample = value.Layer.Sample;
        return value.Layer.IsSizeKnown && padding == default && sample.Rank == 4 && sample.Height == kernel && sample.Width == kernel
            ? call.Layer(new GlobalAveragePool(), 4, [value.Layer])
            : call.Layer(new AvgPool2d(kernel, stride, padding, ceil, counts), 4, [Spatial(value)]);
    }

    public static OnnxValue GlobalAveragePool(OnnxCall call) => call.View(0, 4) is { IsChannelsLast: true } ? throw new OnnxProblem("it reads values whose channels come last") : Mean(call, 4);

    public static OnnxValue ReduceMean(OnnxCall call)
    {
        OnnxActivation value = call.View(0, 4);
        long[] axes = call.IntegersOrInput("axes", 1) ?? throw new OnnxProblem("it is over all axes, supported are rows and columns (2, 3)");
        call.Require("noop_with_empty_axes", 0);
        long[] sorted = [.. axes.Select(value.Axis).Order()];
        return sorted.SequenceEqual(value.IsChannelsLast ? [1L, 2] : [2L, 3]) ? Mean(call, call.Integer("keepdims", 1) == 0 ? 2 : 4) : throw new OnnxProblem($"it is over the axes {string.Join(", ", axes.Take(8))}, supported are rows and columns (2, 3)");
    }

    public static OnnxValue Pad(OnnxCall call)
    {
        OnnxActivation value = call.View(0, 4);
        if (call.Text("mode", "constant") is var mode && mode != "constant")
        {
            throw new OnnxProblem($"mode is {Printable.Quote(mode)}, supported is 'constant'");
        }

        long[] pads = call.IntegersOrInput("pads", 1) ?? throw new OnnxProblem("pads are missing");
        double filling = call.Optional(2) is { } constant ? constant.Count == 1 ? constant.Numbers()[0] : throw new OnnxProblem("its value is no single number") : call.Single("value", 0);
        if (call.Optional(3) is { } axes)
        {
            pads = Spread(pads, axes.Integers());
        }

        if (pads is not [0, 0, long top, long left, 0, 0, long bottom, long right] || new[] { top, left, bottom, right }.Any(p => p is < 0 or > int.MaxValue / 2))
        {
            throw new OnnxProblem($"pads are {string.Join(", ", pads.Take(8))}, supported are rows and columns, by none or more");
        }

        Padding padding = new((int)top, (int)left, (int)bottom, (int)right);
        return padding == default ? value
            : value.Padding != default && value.PaddingValue != filling ? throw new OnnxProblem("it pads with another value what is padded already")
            : value with { Padding = Sum(value.Padding, padding), PaddingValue = filling };
    }

    /// <summary>
    /// In the file the padding is a part of the image, and a window of ceil mode may begin in it; worked into the pooling it is none, and such a window is dropped. There is none where the padding is no more
    /// than what a window reaches beyond its stride.
    /// </summary>
    private static void RefuseWindowsInPadding(OnnxCall call, OnnxActivation value, int kernel, int stride, Padding own)
    {
        if (value.Padding == default || call.Integer("ceil_mode", 0) == 0)
        {
            return;
        }

        TensorShape sample = value.Layer.Sample;
        bool Begins(int extent, int before, int behind) => behind > kernel - stride
            && (!value.Layer.IsSizeKnown || ((long)extent + before + behind - kernel + stride - 1) / stride * stride >= (long)extent + before);
        if (own != default || Begins(sample.Height, value.Padding.Top, value.Padding.Bottom) || Begins(sample.Width, value.Padding.Left, value.Padding.Right))
        {
            throw new OnnxProblem("it reads padded rows and columns with ceil_mode 1, where windows that begin in the padding count");
        }
    }

    /// <summary>Whether pads behind a padded image, which do not count, are what windows of ceil mode reach beyond it: what is written where an image's size is fixed.</summary>
    private static bool IsCeilMode(OnnxActivation value, int kernel, int stride, Padding own)
    {
        TensorShape sample = value.Layer.Sample;
        if (!value.Layer.IsSizeKnown || sample.Rank != 4 || (own.Top, own.Left) != (0, 0) || own == default)
        {
            return false;
        }

        long Windows(int extent, int before, int behind, int added) => (((long)extent + before + behind + added - kernel) / stride) + 1;
        TensorShape output = new AvgPool2d(kernel, stride, value.Padding, CeilMode: true).InferShape([sample]);
        return output.Height == Windows(sample.Height, value.Padding.Top, value.Padding.Bottom, own.Bottom) && output.Width == Windows(sample.Width, value.Padding.Left, value.Padding.Right, own.Right);
    }

    private static OnnxActivation Mean(OnnxCall call, int rank)
    {
        OnnxActivation value = call.Own(0, 4);
        return value.Padding != default ? throw new OnnxProblem("it reads padded rows and columns, which only convolutions and pooling can")
            : value.Layer.Sample.Rank == 2 ? value with { Rank = rank }
            : call.Layer(new GlobalAveragePool(), rank, [value.Layer]) with { IsChannelsLast = value.IsChannelsLast && rank == 4 };
    }

    private static (int Kernel, int Stride, Padding Padding) Window(OnnxCall call, OnnxActivation value)
    {
        if (value.IsChannelsLast)
        {
            throw new OnnxProblem("it reads values whose channels come last");
        }

        if (call.Integers("kernel_shape") is not [> 0 and < int.MaxValue and var rows, > 0 and < int.MaxValue and var columns] || rows != columns)
        {
            throw new OnnxProblem($"kernel_shape is {Shown(call.Integers("kernel_shape"))}, supported are squares");
        }

        int stride = Both(call, "strides", 1);
        return ((int)rows, stride, Pads(call, value, ((int)rows, (int)rows), stride, 1));
    }

    private static OnnxLayer Spatial(OnnxActivation value) => value.Layer.Sample.Rank == 4 ? value.Layer : throw new OnnxProblem("it reads one pixel, which only a convolution of 1×1 can");

    private static (string, OnnxConstant)[] Parameters(OnnxConstant weight, OnnxConstant? bias) => bias is null ? [("weight", weight)] : [("weight", weight), ("bias", bias)];

    private static void CheckKernel(OnnxCall call, int rows, int columns)
    {
        if (call.Integers("kernel_shape") is { } kernel && !kernel.SequenceEqual([rows, columns]))
        {
            throw new OnnxProblem($"kernel_shape is {Shown(kernel)}, but its weight's is {rows}×{columns}");
        }
    }

    /// <summary>One number for rows and columns.</summary>
    private static int Both(OnnxCall call, string name, int usual) => call.Integers(name) switch
    {
        null => usual,
        [> 0 and < int.MaxValue and var rows, var columns] when rows == columns => (int)rows,
        { } others => throw new OnnxProblem($"{name} is {Shown(others)}, supported is one number for rows and columns"),
    };

    private static Padding Pads(OnnxCall call, OnnxActivation value, (int Rows, int Columns) kernel, int stride, int dilation)
    {
        IReadOnlyList<long>? pads = call.Integers("pads");
        string mode = call.Text("auto_pad", "NOTSET");
        switch (mode)
        {
            case "NOTSET":
                return pads is null ? default
                    : pads is [var top, var left, var bottom, var right] && pads.All(p => p is >= 0 and < int.MaxValue / 2) ? new Padding((int)top, (int)left, (int)bottom, (int)right)
                    : throw new OnnxProblem($"pads are {Shown(pads)}, supported are four numbers of 0 or more");
            case "VALID":
                return default;
            case "SAME_UPPER" or "SAME_LOWER":
                if (!value.Layer.IsSizeKnown && stride != 1)
                {
                    throw new OnnxProblem($"auto_pad is {mode}, which with a stride depends on the image's size, and the graph fixes none");
                }

                (int before, int after) Same(long extent, int window)
                {
                    long all = Math.Max(0, (((extent + stride - 1) / stride) - 1) * stride + ((long)dilation * (window - 1)) + 1 - extent);
                    if (all > MaxPadding)
                    {
                        throw new OnnxProblem($"auto_pad pads by {all}, at most {MaxPadding} is supported");
                    }

                    int small = (int)(all / 2), large = (int)(all - small);
                    return mode == "SAME_UPPER" ? (small, large) : (large, small);
                }

                (int rowsBefore, int rowsAfter) = Same((long)value.Layer.Sample.Height + value.Padding.Top + value.Padding.Bottom, kernel.Rows);
                (int columnsBefore, int columnsAfter) = Same((long)value.Layer.Sample.Width + value.Padding.Left + value.Padding.Right, kernel.Columns);
                return new Padding(rowsBefore, columnsBefore, rowsAfter, columnsAfter);
            default:
                throw new OnnxProblem($"auto_pad is {Printable.Quote(mode)}");
        }
    }

    private static long[] Spread(long[] pads, long[] axes)
    {
        long[] all = new long[8];
        if (pads.Length != 2 * axes.Length || axes.Any(a => a is < -4 or > 3))
        {
            throw new OnnxProblem("pads and axes do not fit together");
        }

        for (int i = 0; i < axes.Length; i++)
        {
            int axis = (int)(axes[i] < 0 ? axes[i] + 4 : axes[i]);
            (all[axis], all[axis + 4]) = (pads[i], pads[i + axes.Length]);
        }

        return all;
    }

    private static bool IsNotNegative(OnnxLayer layer)
    {
        while (layer.Op is MaxPool2d)
        {
            layer = layer.Inputs[0];
        }

        return layer.Op is ReLU;
    }

    private static Padding Sum(Padding a, Padding b)
    {
        static int Side(int x, int y) => (long)x + y is <= MaxPadding and var sum ? (int)sum : throw new OnnxProblem($"it pads by {(long)x + y}, at most {MaxPadding} is supported");
        return new(Side(a.Top, b.Top), Side(a.Left, b.Left), Side(a.Bottom, b.Bottom), Side(a.Right, b.Right));
    }

    private static string Shown(IReadOnlyList<long>? numbers) => numbers is null ? "missing" : string.Join(", ", numbers.Take(8));
}

using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Holds what code computes against a network, layer by layer: each must be computed from the values that the network gives it, and nothing else may stand between them.
/// What the network can express becomes a variation, all else is refused.
/// </summary>
internal sealed class ScriptComparison
{
    /// <summary>What may read a value whose activation or pooling is not there.</summary>
    private static readonly string[] Structural = ["conv2d", "add", "mean", "max_pool2d"];

    private readonly SupposedNetwork _network;
    private readonly Dataflow _flow;
    private readonly DataflowNode[] _values;
    private readonly ILookup<int, DataflowNode> _readers;
    private readonly ILookup<string, DataflowNode> _byWeight;

    public ScriptComparison(SupposedNetwork network, Dataflow flow)
    {
        (_network, _flow) = (network, flow);
        _values = new DataflowNode[network.Graph.Nodes.Count];
        _readers = flow.Nodes.SelectMany(n => n.Inputs.Distinct().Select(i => (i.Id, Node: n))).ToLookup(p => p.Id, p => p.Node);
        _byWeight = flow.Nodes.Where(n => n is { Operation: "conv2d" or "batch_norm" or "linear", Attributes: [string, ..] }).ToLookup(n => (string)n.Attributes[0]!, StringComparer.Ordinal);
    }

    /// <param name="image">The network's input.</param>
    /// <param name="result">What the code returns.</param>
    /// <exception cref="CudaNetException">The code computes another network.</exception>
    public void Run(DataflowNode image, object? result)
    {
        _values[0] = image;
        foreach (LayerNode layer in _network.Graph.Layers)
        {
            DataflowNode input = _values[layer.Inputs[0].Index];
            _values[layer.Index] = layer.Op switch
            {
                Conv2d op => Convolution(layer, op, input),
                BatchNorm2d op => Normalization(layer, op, input),
                ReLU => _flow.Find("relu", [], input) ?? Missing(layer, input),
                MaxPool2d => MaxPool(layer, input),
                Add => Sum(layer, input, _values[layer.Inputs[1].Index]),
                GlobalAveragePool => _flow.Find("mean", [2L], input) ?? Unflattened(layer, input) ?? Window(layer, input),
                Linear op => Linear(layer, op, input),
                _ => throw new InvalidOperationException($"{layer.Op.Kind} is no operator of a ResNet"),
            };
        }

        CheckResult(_values[^1], result);
    }

    private DataflowNode Convolution(LayerNode layer, Conv2d op, DataflowNode input)
    {
        DataflowNode node = ByWeight(layer, "conv2d", input);
        RequireBias(layer, node, op.Bias ? _network.Stored(layer, "bias") : null);
        if (node.Attributes[5] is not long groups || groups != op.Groups)
        {
            throw Unsupported(layer, node, "groups", node.Attributes[5], AttributeText.Of((long)op.Groups));
        }

        int dilation = Square(layer, node, "dilation", node.Attributes[4]);
        _network.Found(layer, op with { Stride = Square(layer, node, "stride", node.Attributes[2]), Padding = Padding(layer, node, op, dilation), Dilation = dilation });
        return node;
    }

    private DataflowNode Normalization(LayerNode layer, BatchNorm2d op, DataflowNode input)
    {
        DataflowNode node = ByWeight(layer, "batch_norm", input);
        string?[] names = [_network.Stored(layer, "weight"), _network.Stored(layer, "bias"), _network.Stored(layer, "running_mean"), _network.Stored(layer, "running_var")];
        if (!node.Attributes.Take(4).SequenceEqual(names))
        {
            throw Unsupported(layer, node, "parameters", node.Attributes[..4], AttributeText.Of(names));
        }

        if (node.Attributes[4] is not false)
        {
            throw Unsupported(layer, node, "training", node.Attributes[4], "False: call model.eval() before tracing");
        }

        double? epsilon = node.Attributes[5] switch { double number => number, long number => number, _ => null };
        _network.Found(layer, op with { Epsilon = epsilon ?? throw Unsupported(layer, node, "eps", node.Attributes[5], "a number") });
        return node;
    }

    private DataflowNode Linear(LayerNode layer, Linear op, DataflowNode input)
    {
        DataflowNode node = ByWeight(layer, "linear", input);
        RequireBias(layer, node, op.Bias ? _network.Stored(layer, "bias") : null);
        return node;
    }

    private DataflowNode MaxPool(LayerNode layer, DataflowNode input)
    {
        DataflowNode[] pools = [.. _readers[input.Id].Where(n => n.Operation == "max_pool2d")];
        if (pools.Length != 1)
        {
            return pools.Length == 0 ? Missing(layer, input) : throw SupposedNetwork.Refusal(layer.Name, pools[1].Place, "the code applies two max_pool2d to one value");
        }

        DataflowNode node = pools[0];
        if (Square(layer, node, "dilation", node.Attributes[3]) != 1)
        {
            throw Unsupported(layer, node, "dilation", node.Attributes[3], "1");
        }

        int kernel = Square(layer, node, "kernel_size", node.Attributes[0]);
        (int rows, int columns) = Pair(layer, node, "padding", node.Attributes[2]);
        bool ceilMode = node.Attributes[4] as bool? ?? throw Unsupported(layer, node, "ceil_mode", node.Attributes[4], "True or False");
        _network.Found(layer, new MaxPool2d(kernel, node.Attributes[1] is object?[] { Length: 0 } ? kernel : Square(layer, node, "stride", node.Attributes[1]), new Padding(rows, columns, rows, columns), ceilMode));
        return node;
    }

    private DataflowNode Sum(LayerNode layer, DataflowNode left, DataflowNode right) =>
        _flow.Find("add", [], left.Id < right.Id ? [left, right] : [right, left])
        ?? throw SupposedNetwork.Refusal(layer.Name, left.Place, $"the code does not add it to its shortcut, but applies {Readers(left)}");

    /// <summary>Where nothing follows, N×C×1×1 are the same values.</summary>
    private DataflowNode? Unflattened(LayerNode layer, DataflowNode input) => layer == _network.Graph.Output ? _flow.Find("mean", [4L], input) : null;

    /// <summary>A pooling by windows comes to the mean where they are as large as the last maps.</summary>
    private DataflowNode Window(LayerNode layer, DataflowNode input)
    {
        DataflowNode? pool = _readers[input.Id].FirstOrDefault(n => n.Operation == Dataflow.Foreign + "avg_pool2d" && _flow.Find("flatten", [], n) is not null);
        if (pool is not { Attributes: [object?[] window, ..] })
        {
            throw SupposedNetwork.Refusal(layer.Name, input.Place, $"the code does not take the mean over all rows and columns, but applies {Readers(input)}");
        }

        _network.Note($"The code averages windows of {AttributeText.Of(window)}: that is the mean over everything only where the last maps have that size.");
        return _flow.Find("flatten", [], pool)!;
    }

    /// <summary>The value before a layer that is not there; refused where another stands in its place.</summary>
    private DataflowNode Missing(LayerNode layer, DataflowNode input)
    {
        DataflowNode[] readers = [.. _readers[input.Id]];
        if (readers.Length == 0 || readers.Any(n => !Structural.Contains(n.Operation)))
        {
            throw SupposedNetwork.Refusal(layer.Name, readers.Select(r => r.Place).FirstOrDefault(input.Place), $"the code applies {Readers(input)} in its place, supported is {layer.Op.Kind}");
        }

        _network.Found(layer, null);
        return input;
    }

    private DataflowNode ByWeight(LayerNode layer, string operation, DataflowNode input)
    {
        string stored = _network.Stored(layer, "weight") ?? "";
        DataflowNode[] nodes = [.. _byWeight[stored].Where(n => n.Operation == operation)];
        return nodes switch
        {
            [] => throw SupposedNetwork.Refusal(layer.Name, _network.ModuleOf(layer) ?? "", $"the code does not use its weights in a {operation}"),
            [var one] when one.Inputs[0] == input => one,
            [var one] => throw SupposedNetwork.Refusal(layer.Name, one.Place, $"the code gives it the result of {one.Inputs[0]}{At(one.Inputs[0])}, not that of {input}{At(input)}"),
            _ => throw SupposedNetwork.Refusal(layer.Name, nodes[1].Place, "the code uses its weights twice"),
        };
    }

    private static string At(DataflowNode node) => node.Place.Length == 0 ? "" : $" in {Printable.Quote(node.Place)}";

    private string Readers(DataflowNode node)
    {
        string[] readers = [.. _readers[node.Id].Select(r => $"{r}").Distinct()];
        return readers.Length == 0 ? "nothing" : Printable.Text(string.Join(" and ", readers.Take(3)));
    }

    private void CheckResult(DataflowNode expected, object? result)
    {
        if (result is not ScriptTensor tensor)
        {
            throw new CudaNetException($"the code returns {(result is object?[] values ? $"{values.Length} values" : "something that is no tensor")}, supported is the result of {_network.Graph.Output.Name} alone");
        }

        if (tensor.Node != expected)
        {
            throw SupposedNetwork.Refusal(null, tensor.Node.Place, $"the code returns the result of {Printable.Text($"{tensor.Node}")}, supported is that of {_network.Graph.Output.Name}");
        }
    }

    private static void RequireBias(LayerNode layer, DataflowNode node, string? bias)
    {
        if (!Equals(node.Attributes[1], bias))
        {
            throw Unsupported(layer, node, "bias", node.Attributes[1], AttributeText.Of(bias));
        }
    }

    private static Padding Padding(LayerNode layer, DataflowNode node, Conv2d op, int dilation)
    {
        int rows = dilation * (op.KernelHeight - 1);
        int columns = dilation * (op.KernelWidth - 1);
        switch (node.Attributes[3])
        {
            case "valid":
                return default;
            case "same":
                return new Padding(rows / 2, columns / 2, rows - (rows / 2), columns - (columns / 2));
            default:
                (int top, int left) = Pair(layer, node, "padding", node.Attributes[3]);
                return new Padding(top, left, top, left);
        }
    }

    private static int Square(LayerNode layer, DataflowNode node, string name, object? value)
    {
        (int rows, int columns) = Pair(layer, node, name, value);
        return rows == columns ? rows : throw Unsupported(layer, node, name, value, "the same number for rows and columns");
    }

    private static (int Rows, int Columns) Pair(LayerNode layer, DataflowNode node, string name, object? value) => value switch
    {
        long and >= 0 and <= ushort.MaxValue and var side => ((int)side, (int)side),
        object?[] and [long and >= 0 and <= ushort.MaxValue and var side] => ((int)side, (int)side),
        object?[] and [long and >= 0 and <= ushort.MaxValue and var rows, long and >= 0 and <= ushort.MaxValue and var columns] => ((int)rows, (int)columns),
        _ => throw Unsupported(layer, node, name, value, "a number, or one for rows and one for columns"),
    };

    private static CudaNetException Unsupported(LayerNode layer, DataflowNode node, string name, object? value, string supported) =>
        SupposedNetwork.Refusal(layer.Name, node.Place, $"{name} is {AttributeText.Of(value)}, supported is {supported}");
}

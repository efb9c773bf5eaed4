namespace CudaNet.Weights;

/// <summary>
/// What TorchScript's operators make of tensors, as nodes of a dataflow. Those that a ResNet is made of are known by their arguments; any other is a node under its name, which no
/// ResNet has.
/// </summary>
internal static class ScriptOperators
{
    private static readonly object?[] One = [1L];
    private static readonly object?[] Zero = [0L];

    public static bool HasTensor(object? value) => value is ScriptTensor || (value is object?[] items && items.Any(i => i is ScriptTensor));

    /// <exception cref="ScriptException">It changes memory that several tensors show.</exception>
    public static object? Apply(Dataflow flow, string name, ScriptArguments arguments, string place, int line)
    {
        Dataflow.CheckSize(arguments.All, line);
        string operation = name.StartsWith("torch.", StringComparison.Ordinal) ? name["torch.".Length..] : name;
        bool inPlace = operation.Length > 1 && operation[^1] == '_' && operation[^2] != '_';
        ScriptTensor? first = arguments.Get(0, "input") as ScriptTensor ?? arguments.Get(0, "self") as ScriptTensor;
        if (operation is "__is__" or "__isnot__")
        {
            return operation == "__isnot__" ? arguments.Positional.Contains(null) : arguments.Positional is [var left, var right] && ReferenceEquals(left, right);
        }

        if (first is not null && Query(operation, first.Node, arguments) is { } answer)
        {
            return answer;
        }

        Maker make = new(flow, arguments, place);
        if (first is null || make.Node(inPlace ? operation[..^1] : operation, first.Node) is not { } node)
        {
            return Other(flow, operation, arguments, place, inPlace ? first : null, line);
        }

        if (inPlace)
        {
            return Change(first, node, line);
        }

        if (node == first.Node && operation is "dropout" or "feature_dropout" or "contiguous" or "detach" or "alias")
        {
            return first;
        }

        bool isView = operation is "flatten" or "view" or "reshape" or "squeeze" or "t" or "numpy_T";
        first.IsShared |= isView;
        return new ScriptTensor(node) { IsShared = isView };
    }

    /// <summary>What is asked about a tensor; null where it is another operator.</summary>
    private static object? Query(string operation, DataflowNode node, ScriptArguments arguments) => operation switch
    {
        "dim" => node.Rank >= 0 ? (long)node.Rank : ScriptUnknown.Value,
        "size" when arguments.Positional.Count == 1 => node.Rank >= 0 ? Enumerable.Repeat<object?>(ScriptUnknown.Value, node.Rank).ToArray() : ScriptUnknown.Value,
        "size" or "len" or "numel" or "ops.prim.shape" or "ops.prim.dtype" or "ops.prim.device" or "ops.prim.layout" => ScriptUnknown.Value,
        _ => null,
    };

    private static ScriptTensor Change(ScriptTensor tensor, DataflowNode node, int line)
    {
        if (tensor.IsShared)
        {
            throw new ScriptException($"an in-place '{node.Operation}' of a tensor that shares its memory", line);
        }

        tensor.Node = node;
        return tensor;
    }

    private static ScriptTensor Other(Dataflow flow, string operation, ScriptArguments arguments, string place, ScriptTensor? changed, int line)
    {
        ScriptTensor[] tensors = [.. arguments.All.SelectMany(a => a is object?[] items ? items : [a]).OfType<ScriptTensor>()];
        object?[] constants = [.. arguments.All.Where(a => a is not ScriptTensor).Select(Constant)];
        DataflowNode node = flow.Add(Dataflow.Foreign + (changed is null ? operation : operation[..^1]), constants, [.. tensors.Select(t => t.Node)], -1, place);
        if (changed is not null)
        {
            return Change(changed, node, line);
        }

        Array.ForEach(tensors, t => t.IsShared = true);
        return new ScriptTensor(node) { IsShared = true };
    }

    private static object? Constant(object? value) => value switch
    {
        ScriptTensor => "a tensor",
        ScriptModule module => module.Type,
        object?[] items => items.Select(Constant).ToArray(),
        _ => value,
    };

    /// <summary>Makes the nodes of known operators.</summary>
    private sealed class Maker(Dataflow flow, ScriptArguments arguments, string place)
    {
        /// <summary>The node; null for an operator, or arguments of it, that no ResNet has.</summary>
        public DataflowNode? Node(string operation, DataflowNode input) => operation switch
        {
            "conv2d" => Convolution(input, arguments.Get(3, "stride", One), arguments.Get(4, "padding", Zero), arguments.Get(5, "dilation", One), arguments.Get(6, "groups", 1L)),
            "_convolution" or "convolution" when arguments.Get(6, "transposed") is false =>
                Convolution(input, arguments.Get(3, "stride"), arguments.Get(4, "padding"), arguments.Get(5, "dilation"), arguments.Get(8, "groups")),
            "batch_norm" => Normalization(input),
            "relu" => Make("relu", [], input.Rank, input),
            "clamp_min" when arguments.Get(1, "min") is 0L or 0.0 => Make("relu", [], input.Rank, input),
            "max_pool2d" => Make("max_pool2d", [arguments.Get(1, "kernel_size"), arguments.Get(2, "stride", Array.Empty<object?>()), arguments.Get(3, "padding", Zero), arguments.Get(4, "dilation", One), arguments.Get(5, "ceil_mode", false)], 4, input),
            "adaptive_avg_pool2d" when arguments.Get(1, "output_size") is 1L or object?[] and ([1L] or [1L, 1L]) => Mean(input, 4),
            "mean" when arguments.Get(1, "dim") is object?[] and ([2L or -2L, 3L or -1L] or [3L or -1L, 2L or -2L]) && input.Rank == 4 && arguments.Get(3, "dtype") is null =>
                Mean(input, arguments.Get(2, "keepdim", false) is true ? 4 : 2),
            "flatten" when arguments.Get(1, "start_dim", 0L) is 1L && arguments.Get(2, "end_dim", -1L) is -1L or 3L => Flat(input),
            "view" or "reshape" when arguments.Get(1, "shape", arguments.Get(1, "size")) is object?[] and [_, _] && input.Operation == "mean" => Flat(input),
            "squeeze" when arguments.Get(1, "dim") is long axis && input.Operation == "mean" && input.Rank > 2 && axis is -1 or -2 or 2 or 3 && axis >= -input.Rank + 2 && axis < input.Rank => Mean(input.Inputs[0], input.Rank - 1),
            "add" when arguments.Get(1, "other") is ScriptTensor other && arguments.Get(2, "alpha", 1L) is 1L or 1.0 => Sum(input, other.Node),
            "linear" when Parameter(1, "weight") is { } weight => Make("linear", [weight, Bias(arguments.Get(2, "bias"))], 2, input),
            "t" or "numpy_T" when input.Operation == "parameter" => Make("transposed", input.Attributes, 2),
            "addmm" when input.Operation == "parameter" && Transposed(2, "mat2") is { } weight && arguments.Get(1, "mat1") is ScriptTensor value
                && arguments.Get(3, "beta", 1L) is 1L or 1.0 && arguments.Get(4, "alpha", 1L) is 1L or 1.0 => Make("linear", [weight, input.Attributes[0]], 2, value.Node),
            "matmul" or "mm" when Transposed(1, "other") is { } weight => Make("matmul", [weight], 2, input),
            "dropout" or "feature_dropout" when arguments.Get(2, "train") is false => input,
            "contiguous" or "detach" or "alias" => input,
            _ => null,
        };

        private DataflowNode? Convolution(DataflowNode input, object? stride, object? padding, object? dilation, object? groups) =>
            Parameter(1, "weight") is not { } weight ? null : Make("conv2d", [weight, Bias(arguments.Get(2, "bias")), stride, padding, dilation, groups], 4, input);

        private DataflowNode? Normalization(DataflowNode input) =>
            Parameter(1, "weight") is { } weight && Parameter(2, "bias") is { } bias && Parameter(3, "running_mean") is { } mean && Parameter(4, "running_var") is { } variance
                ? Make("batch_norm", [weight, bias, mean, variance, arguments.Get(5, "training"), arguments.Get(7, "eps")], input.Rank, input)
                : null;

        private DataflowNode Mean(DataflowNode input, int rank) => Make("mean", [(long)rank], rank, input);

        private DataflowNode Flat(DataflowNode input) => input.Operation == "mean" ? Mean(input.Inputs[0], 2) : Make("flatten", [], 2, input);

        /// <summary>The order of a sum's terms does not matter. A matrix product plus a parameter is a linear layer.</summary>
        private DataflowNode Sum(DataflowNode left, DataflowNode right) =>
            (left, right) switch
            {
                ({ Operation: "matmul", Attributes: [var weight] }, { Operation: "parameter" }) => Make("linear", [weight, right.Attributes[0]], 2, left.Inputs[0]),
                _ when left.Id > right.Id => Make("add", [], left.Rank, right, left),
                _ => Make("add", [], left.Rank, left, right),
            };

        private string? Parameter(int index, string name) => arguments.Get(index, name) is ScriptTensor { Node: { Operation: "parameter", Attributes: [string path] } } ? path : null;

        private string? Transposed(int index, string name) => arguments.Get(index, name) is ScriptTensor { Node: { Operation: "transposed", Attributes: [string path] } } ? path : null;

        /// <summary>A parameter's name, null where there is none, or something that is no name.</summary>
        private static object? Bias(object? value) => value is null ? null : value is ScriptTensor { Node: { Operation: "parameter" } node } ? node.Attributes[0] : ScriptUnknown.Value;

        private DataflowNode Make(string operation, object?[] attributes, int rank, params DataflowNode[] inputs) => flow.Add(operation, attributes, inputs, rank, place);
    }
}

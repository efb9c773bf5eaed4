using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>The one table of ONNX's operators that are run; the documents' table and the lists in messages come from it.</summary>
internal static class OnnxOperators
{
    /// <summary>What newer versions of the operators' set may change is not known: the newest that was read about.</summary>
    public const int Oldest = 7, Newest = 25;

    /// <param name="Name">The operator.</param>
    /// <param name="Becomes">What it becomes, in words.</param>
    /// <param name="Supported">What of it is supported, where not all is.</param>
    /// <param name="Run">Gives its outputs.</param>
    public sealed record Row(string Name, string Becomes, string Supported, Func<OnnxCall, OnnxValue> Run);

    public static IReadOnlyList<Row> All { get; } =
    [
        new("Conv", "`Conv2d`; 1×1 behind a global mean `Linear`", "two dimensions, one stride and one dilation for both; `auto_pad`, groups, pads a side", OnnxWindows.Convolution),
        new("MaxPool", "`MaxPool2d`", "square windows, one stride, no dilation, pads a side, `ceil_mode`", OnnxWindows.MaxPool),
        new("AveragePool", "`AvgPool2d`; `GlobalAveragePool` where the window is the whole image of a fixed size", "as `MaxPool`, and `count_include_pad`", OnnxWindows.AveragePool),
        new("GlobalAveragePool", "`GlobalAveragePool`", "", OnnxWindows.GlobalAveragePool),
        new("ReduceMean", "`GlobalAveragePool`", "over rows and columns", OnnxWindows.ReduceMean),
        new("Pad", "the padding of the convolutions and pooling that read it", "rows and columns, of zeros; before `MaxPool` of −∞, or of zeros behind a ReLU", OnnxWindows.Pad),
        new("BatchNormalization", "`BatchNorm2d`; of N×C and of channels that are arranged as `Mul` and `Add`", "not in training", OnnxElements.BatchNormalization),
        new("Relu", "`ReLU`", "", OnnxElements.Relu),
        new("Add", "`Add`; of a constant a channel `BatchNorm2d`, of a constant image `Offset`; behind `MatMul` its bias", "two values of one shape, or a constant; of N×C as `Mul`", OnnxElements.Add),
        new("Sum", "`Add`", "two values", OnnxElements.Sum),
        new("Sub", "as `Add` of the negative", "value − constant; constant − value where it is one a channel", OnnxElements.Subtract),
        new("Mul", "`BatchNorm2d`; of N×C a `Linear` whose weight is a diagonal", "by a constant a channel", OnnxElements.Multiply),
        new("Div", "as `Mul`", "by a constant a channel", OnnxElements.Divide),
        new("Softmax", "`Softmax`", "of N×C, over C", OnnxElements.Softmax),
        new("Identity", "a name of what it reads", "", OnnxElements.Same),
        new("Dropout", "a name of what it reads", "", OnnxElements.Dropout),
        new("Cast", "a name of what it reads", "from and to floating-point numbers; all is computed in the session's precision", OnnxElements.Cast),
        new("Gemm", "`Linear`", "`transA` 0; alpha and beta are worked into the weights", OnnxMatrices.Gemm),
        new("MatMul", "`Linear`, with the `Add` of a constant that alone reads it", "N×C by a matrix", OnnxMatrices.MatMul),
        new("Flatten", "a name of what it reads, or `Flatten`", "axis 1", OnnxShapes.Flatten),
        new("Reshape", "as `Flatten`", "to N×(C·H·W)", OnnxShapes.Reshape),
        new("Squeeze", "as `Flatten`", "rows and columns, of which there is one each", OnnxShapes.Squeeze),
        new("Unsqueeze", "a name of what it reads", "axes 2 and 3 of N×C", OnnxShapes.Unsqueeze),
        new("Transpose", "nothing: the input is read as N×C×H×W", "N×H×W×C to N×C×H×W at the input, and one that changes nothing", OnnxShapes.Transpose),
        new("Split", "an order of channels is worked into the convolution that reads it; for all else it becomes a `Conv2d` of 1×1, with the arithmetic of parts, where it is read", "over channels", OnnxArrangements.Split),
        new("Concat", "as `Split`", "channels of one value, in any order and number, with arithmetic a channel between", OnnxArrangements.Concat),
        new("Gather", "as `Split`", "over channels; the row or column of a mean", OnnxArrangements.Gather),
        new("Slice", "as `Split`", "over channels", OnnxArrangements.Slice),
        new("Expand", "as `Split`", "one channel repeated (grey as three)", OnnxArrangements.Expand),
        new("Tile", "as `Split`", "channels repeated", OnnxArrangements.Tile),
        new("Shape", "a constant", "", OnnxFolding.Shape),
        new("Constant", "a constant", "dense", OnnxFolding.Constant),
        new("ConstantOfShape", "a constant", "", OnnxFolding.ConstantOfShape),
    ];

    private static readonly Dictionary<string, Row> ByName = All.ToDictionary(r => r.Name, StringComparer.Ordinal);

    /// <summary>Why a node cannot be run whatever it reads; null where that has a say.</summary>
    public static string? Refusal(OnnxNode node) =>
        node.Domain.Length > 0 ? $"operators of the domain {Printable.Quote(node.Domain)} are not supported"
        : node.Attributes.GetValueOrDefault("training_mode")?.Integer is 1 ? "training_mode is 1, supported is 0"
        : node.Operator == "BatchNormalization" && node.Outputs.Skip(1).Any(o => o.Length > 0) ? "it gives statistics of the batch, as in training"
        : ByName.ContainsKey(node.Operator) || OnnxFolding.Operators.Contains(node.Operator) ? null
        : "the operator is not supported";

    /// <summary>The outputs of a node.</summary>
    /// <exception cref="OnnxProblem">It cannot be run.</exception>
    public static IReadOnlyList<OnnxValue> Run(OnnxCall call)
    {
        OnnxNode node = call.Node;
        if (Refusal(node) is { } why)
        {
            throw new OnnxProblem(why);
        }

        if (call.Inputs.Count > 0 && call.Inputs.All(i => i is null or OnnxConstant or OnnxExtents) && OnnxFolding.Fold(call) is { } folded)
        {
            return [folded];
        }

        if (call.Inputs.OfType<OnnxExtents>().Any() && node.Operator != "Reshape")
        {
            throw new OnnxProblem("it computes with extents that depend on the images, which is not folded");
        }

        OnnxValue result = ByName.TryGetValue(node.Operator, out Row? row) ? row.Run(call) : throw new OnnxProblem("it is supported for constants only");
        return result is OnnxParts parts ? parts.Values : [result];
    }
}

/// <summary>Several outputs of one node.</summary>
internal sealed record OnnxParts(IReadOnlyList<OnnxValue> Values) : OnnxValue;

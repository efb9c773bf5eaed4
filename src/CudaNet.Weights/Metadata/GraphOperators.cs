using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>The attributes of each operator in <see cref="GraphMetadata"/>'s JSON, under PyTorch's names; what has its usual value is left out.</summary>
internal static class GraphOperators
{
    public static void Write(Utf8JsonWriter json, LayerNode node)
    {
        switch (node.Op)
        {
            case Conv2d op:
                Numbers(json, ("in_channels", op.InChannels), ("out_channels", op.OutChannels), ("kernel_height", op.KernelHeight), ("kernel_width", op.KernelWidth));
                Unusual(json, ("stride", op.Stride, 1), ("dilation", op.Dilation, 1), ("groups", op.Groups, 1));
                WritePadding(json, op.Padding);
                WriteFlag(json, "bias", op.Bias, usual: false);
                break;
            case BatchNorm2d op:
                Numbers(json, ("num_features", op.Channels));
                json.WriteNumber("eps", op.Epsilon);
                break;
            case WindowPool op:
                Numbers(json, ("kernel_size", op.Kernel), ("stride", op.Stride));
                WritePadding(json, op.Padding);
                WriteFlag(json, "ceil_mode", op.CeilMode, usual: false);
                WriteFlag(json, "count_include_pad", op is not AvgPool2d { CountIncludePad: false }, usual: true);
                break;
            case Linear op:
                Numbers(json, ("in_features", op.InFeatures), ("out_features", op.OutFeatures));
                WriteFlag(json, "bias", op.Bias, usual: true);
                break;
            case Offset op:
                Numbers(json, ("channels", op.Channels), ("height", op.Height), ("width", op.Width));
                break;
            case ReLU or Add or GlobalAveragePool or Softmax or Flatten:
                break;
            default:
                throw new UnknownOperatorException("the graph in a file's metadata", node);
        }
    }

    /// <exception cref="CudaNetException">There is no such operator.</exception>
    public static LayerOp Read(JsonElement layer)
    {
        int Number(string name) => layer.GetProperty(name).GetInt32();
        int Usual(string name, int usual) => layer.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : usual;
        bool Flag(string name, bool usual) => layer.TryGetProperty(name, out JsonElement value) ? value.GetBoolean() : usual;
        return layer.GetProperty("op").GetString() switch
        {
            "Conv2d" => new Conv2d(Number("in_channels"), Number("out_channels"), Number("kernel_height"), Number("kernel_width"), Usual("stride", 1), Padding(layer), Usual("dilation", 1), Usual("groups", 1), Flag("bias", false)),
            "BatchNorm2d" => new BatchNorm2d(Number("num_features"), layer.GetProperty("eps").GetDouble()),
            "MaxPool2d" => new MaxPool2d(Number("kernel_size"), Number("stride"), Padding(layer), Flag("ceil_mode", false)),
            "AvgPool2d" => new AvgPool2d(Number("kernel_size"), Number("stride"), Padding(layer), Flag("ceil_mode", false), Flag("count_include_pad", true)),
            "Linear" => new Linear(Number("in_features"), Number("out_features"), Flag("bias", true)),
            "Offset" => new Offset(Number("channels"), Number("height"), Number("width")),
            "ReLU" => new ReLU(),
            "Add" => new Add(),
            "GlobalAveragePool" => new GlobalAveragePool(),
            "Softmax" => new Softmax(),
            "Flatten" => new Flatten(),
            var other => throw new CudaNetException($"there is no operator {Printable.Quote(other ?? "")}"),
        };
    }

    private static Padding Padding(JsonElement layer) => !layer.TryGetProperty("padding", out JsonElement padding) ? default
        : padding.ValueKind == JsonValueKind.Number ? padding.GetInt32()
        : padding.EnumerateArray().Select(p => p.GetInt32()).ToArray() is [var top, var left, var bottom, var right] ? new Padding(top, left, bottom, right)
        : throw new CudaNetException("padding is one number or four: top, left, bottom, right");

    private static void WritePadding(Utf8JsonWriter json, Padding padding)
    {
        if (padding.IsUniform)
        {
            Unusual(json, ("padding", padding.Top, 0));
            return;
        }

        json.WriteStartArray("padding");
        foreach (int side in (int[])[padding.Top, padding.Left, padding.Bottom, padding.Right])
        {
            json.WriteNumberValue(side);
        }

        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, params ReadOnlySpan<(string Name, int Value)> numbers)
    {
        foreach ((string name, int value) in numbers)
        {
            json.WriteNumber(name, value);
        }
    }

    private static void Unusual(Utf8JsonWriter json, params ReadOnlySpan<(string Name, int Value, int Usual)> numbers)
    {
        foreach ((string name, int value, int usual) in numbers)
        {
            if (value != usual)
            {
                json.WriteNumber(name, value);
            }
        }
    }

    private static void WriteFlag(Utf8JsonWriter json, string name, bool value, bool usual)
    {
        if (value != usual)
        {
            json.WriteBoolean(name, value);
        }
    }
}

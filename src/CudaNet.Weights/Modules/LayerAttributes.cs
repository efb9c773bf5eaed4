using System.Globalization;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Reads the attributes of one layer's module; what cannot be computed is refused with its name and value.</summary>
/// <param name="layer">The layer's name in the network; null where it has none.</param>
/// <param name="path">Where the module is in the file.</param>
/// <param name="module">The module.</param>
internal sealed class LayerAttributes(string? layer, string path, ModuleNode module)
{
    /// <summary>A convolution with the module's stride, padding and dilation.</summary>
    public Conv2d Convolution(Conv2d usual)
    {
        if (!ModuleClasses.IsConvolution(module.Class))
        {
            throw WrongClass("torch.nn's Conv2d");
        }

        Require("padding_mode", "zeros", Text("padding_mode", "zeros"));
        Require("transposed", false, Flag("transposed", false));
        Require("groups", usual.Groups, Number("groups", usual.Groups));
        int dilation = Square("dilation", 1);
        Padding padding = Padding(usual, dilation);
        return usual with { Stride = Square("stride", 1), Padding = padding, Dilation = dilation };
    }

    /// <summary>A batch norm with the module's epsilon.</summary>
    public BatchNorm2d Normalization(BatchNorm2d usual)
    {
        if (!ModuleClasses.IsNormalization(module.Class))
        {
            throw WrongClass("torch.nn's BatchNorm2d or SyncBatchNorm, or a FrozenBatchNorm2d");
        }

        return module.TryGet("eps", out object? value) && value is double or long
            ? usual with { Epsilon = Convert.ToDouble(value, CultureInfo.InvariantCulture) }
            : throw Unknown("eps", value, "a number");
    }

    /// <summary>A max-pool with the module's window.</summary>
    public MaxPool2d MaxPool()
    {
        Require("return_indices", false, Flag("return_indices", false));
        Require("dilation", 1, Square("dilation", 1));
        int kernel = Square("kernel_size", null);
        (int rows, int columns) = Pair("padding", 0);
        return new MaxPool2d(kernel, module.TryGet("stride", out object? stride) && stride is null ? kernel : Square("stride", kernel), new Padding(rows, columns, rows, columns), Flag("ceil_mode", false));
    }

    /// <summary>Holds a pooling to the mean over everything.</summary>
    public void GlobalPool()
    {
        bool is1 = module.TryGet("output_size", out object? size) && size switch
        {
            long number => number == 1,
            object?[] pair => pair is [1L, 1L] or [1L],
            List<object?> pair => pair is [1L, 1L],
            _ => false,
        };
        if (!is1)
        {
            throw Unknown("output_size", size, "1: the mean over all rows and columns");
        }
    }

    /// <summary>Holds timm's head to the mean over everything.</summary>
    public void TimmHead()
    {
        string? pooling = Text("pool_type", "avg");
        if (pooling is not ("avg" or "fast" or "fastavg"))
        {
            throw Unknown("pool_type", pooling, "'avg'");
        }
    }

    /// <summary>The size of an average pooling's window.</summary>
    public int Window() => Square("kernel_size", null);

    /// <summary>Refuses a module for its class.</summary>
    public CudaNetException WrongClass(string supported) => SupposedNetwork.Refusal(layer, path, $"it is {Printable.Quote($"{module.Class}")}, supported is {supported}");

    private Padding Padding(Conv2d usual, int dilation)
    {
        if (module.TryGet("padding", out object? value) && value is string mode)
        {
            int rows = dilation * (usual.KernelHeight - 1);
            int columns = dilation * (usual.KernelWidth - 1);
            return mode switch
            {
                "valid" => default,
                "same" => new Padding(rows / 2, columns / 2, rows - (rows / 2), columns - (columns / 2)),
                _ => throw Unknown("padding", value, "numbers, 'valid' or 'same'"),
            };
        }

        (int top, int left) = Pair("padding", 0);
        return new Padding(top, left, top, left);
    }

    private int Square(string name, int? missing)
    {
        (int rows, int columns) = Pair(name, missing);
        return rows == columns ? rows : throw Unknown(name, new object?[] { (long)rows, (long)columns }, "the same number for rows and columns");
    }

    private (int Rows, int Columns) Pair(string name, int? missing)
    {
        if (!module.TryGet(name, out object? value) && missing is { } usual)
        {
            return (usual, usual);
        }

        return value switch
        {
            long and >= 0 and <= ushort.MaxValue => ((int)(long)value, (int)(long)value),
            object?[] and [long and >= 0 and <= ushort.MaxValue, long and >= 0 and <= ushort.MaxValue] pair => Numbers(pair),
            List<object?> and [long and >= 0 and <= ushort.MaxValue, long and >= 0 and <= ushort.MaxValue] pair => Numbers(pair),
            _ => throw Unknown(name, value, "a number, or one for rows and one for columns"),
        };
    }

    private static (int Rows, int Columns) Numbers(IReadOnlyList<object?> pair) => ((int)(long)pair[0]!, (int)(long)pair[1]!);

    private int Number(string name, int missing) => !module.TryGet(name, out object? value) ? missing
        : value is long and >= 0 and <= ushort.MaxValue ? (int)(long)value : throw Unknown(name, value, "a number");

    private bool Flag(string name, bool missing) => !module.TryGet(name, out object? value) ? missing : value as bool? ?? throw Unknown(name, value, "True or False");

    private string Text(string name, string missing) => !module.TryGet(name, out object? value) ? missing : value as string ?? throw Unknown(name, value, "a word");

    private void Require<T>(string name, T supported, T found)
    {
        if (!EqualityComparer<T>.Default.Equals(supported, found))
        {
            throw Unknown(name, found, AttributeText.Of(supported));
        }
    }

    private CudaNetException Unknown(string name, object? value, string supported) =>
        SupposedNetwork.Refusal(layer, path, $"{name} is {AttributeText.Of(value)}, supported is {supported}");
}

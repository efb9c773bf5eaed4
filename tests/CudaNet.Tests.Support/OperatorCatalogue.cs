using CudaNet.Engine;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>
/// Every operator there is, with its cases: the one list that feeds the operator tests, the invariance tests, random graphs, the numbers recorded from
/// PyTorch and the documentation's table. A test holds it against the closed set of <see cref="LayerOp"/>.
/// </summary>
public static class OperatorCatalogue
{
    /// <summary>Around the vector widths and the block of 16.</summary>
    public static readonly int[] ChannelCounts = [1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 48, 130];

    private static readonly (int Height, int Width)[] Extents = [(5, 6), (1, 1), (7, 4), (3, 11), (6, 5), (4, 1), (2, 9)];

    public static IReadOnlyList<OperatorRow> Rows { get; } =
    [
        new(typeof(Conv2d), "kernel, stride, padding a side, dilation, groups, bias", 7, 4, ConvolutionCases.Draw, ConvolutionCases.All),
        new(typeof(BatchNorm2d), "epsilon", 2, 4, (_, shape) => new BatchNorm2d(shape.Channels), OnEach(c => new BatchNorm2d(c, c % 2 == 0 ? 1e-3 : 1e-5))),
        new(typeof(ReLU), "", 2, 0, (_, _) => new ReLU(), OnEach(_ => new ReLU())),
        new(typeof(Add), "", 3, 0, (_, _) => new Add(), OnEach(_ => new Add())),
        new(typeof(MaxPool2d), "kernel, stride, padding a side, ceil mode", 1, 4, PoolingCases.DrawMax, PoolingCases.Max),
        new(typeof(AvgPool2d), "kernel, stride, padding a side, ceil mode, whether padding counts", 1, 4, PoolingCases.DrawAverage, PoolingCases.Average),
        new(typeof(GlobalAveragePool), "", 1, 4, (_, _) => new GlobalAveragePool(), OnEach(_ => new GlobalAveragePool())),
        new(typeof(Linear), "bias", 2, 2, (draws, shape) => new Linear(shape.Channels, draws.Pick(ChannelCounts), draws.Flip()), [.. Linears()]),
        new(typeof(Softmax), "", 1, 2, (_, _) => new Softmax(), [.. Softmaxes()]),
        new(typeof(Flatten), "", 1, 4, (_, _) => new Flatten(), OnEach(_ => new Flatten())),
        new(typeof(Offset), "channels, rows and columns", 1, 4, (_, shape) => OffsetOf(shape), [.. ChannelCounts.Select((channels, turn) => Shape(turn, channels)).Select(s => new OperatorCase(OffsetOf(s), s))]),
    ];

    public static IEnumerable<OperatorCase> Cases => Rows.SelectMany(r => r.Cases);

    /// <summary>A name a test can print for each row.</summary>
    public static IEnumerable<string> Kinds => Rows.Select(r => r.Op.Name);

    /// <summary>A test's rows: each operator on each of these backends.</summary>
    public static TheoryData<string, string> On(TheoryData<string> backends)
    {
        TheoryData<string, string> rows = [];
        foreach (string backend in backends.Select(row => row.Data))
        {
            foreach (string kind in Kinds)
            {
                rows.Add(backend, kind);
            }
        }

        return rows;
    }

    public static OperatorRow Row(string kind) => Rows.Single(r => r.Op.Name == kind);

    /// <summary>A random operator for a value of that shape; it may not fit.</summary>
    public static LayerOp Draw(Draws draws, TensorShape shape)
    {
        OperatorRow[] rows = [.. Rows.Where(r => r.Rank == 0 || r.Rank == shape.Rank)];
        int place = draws.Below(rows.Sum(r => r.Share));
        OperatorRow row = rows.First(r => (place -= r.Share) < 0);
        return row.Draw(draws, shape);
    }

    /// <summary>Shapes in turn, so that neighbouring cases differ.</summary>
    public static TensorShape Shape(int turn, int channels)
    {
        (int height, int width) = Extents[turn % Extents.Length];
        return new TensorShape(1 + (turn % 2), channels, height, width);
    }

    /// <summary>The first shape in turn into which a window fits once it is padded; one of the window's size where there is none.</summary>
    public static TensorShape FirstThatFits(int turn, int channels, int height, int width, Padding padding)
    {
        for (int end = turn + Extents.Length; turn < end; turn++)
        {
            TensorShape shape = Shape(turn, channels);
            if (shape.Height + padding.Top + padding.Bottom >= height && shape.Width + padding.Left + padding.Right >= width)
            {
                return shape;
            }
        }

        return new TensorShape(1, channels, height, width);
    }

    private static Offset OffsetOf(TensorShape shape) => new(shape.Channels, shape.Height, shape.Width);

    private static IReadOnlyList<OperatorCase> OnEach(Func<int, LayerOp> op) =>
        [.. ChannelCounts.Select((channels, turn) => new OperatorCase(op(channels), Shape(turn, channels)))];

    /// <summary>Beyond a block of threads with one 128-bit piece each too.</summary>
    private static IEnumerable<OperatorCase> Softmaxes() =>
        ((int[])[.. ChannelCounts, 257, 1000, 2056]).Select((channels, turn) => new OperatorCase(new Softmax(), new TensorShape(1 + (turn % 3), channels)));

    private static IEnumerable<OperatorCase> Linears()
    {
        foreach ((int inputs, int outputs) in ((int, int)[])[(1, 1), (2, 3), (7, 5), (8, 16), (15, 17), (16, 16), (17, 1), (33, 21), (128, 17), (129, 16), (130, 33), (2048, 1000)])
        {
            yield return new OperatorCase(new Linear(inputs, outputs), new TensorShape(3, inputs));
            yield return new OperatorCase(new Linear(inputs, outputs, Bias: false), new TensorShape(2, inputs));
        }
    }
}

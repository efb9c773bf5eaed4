using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>The pooling behind a stem, computed with it row by row: the bits are those of one after the other, which run where another step reads the layer between.</summary>
public sealed class PooledRowsTests
{
    private const string Folded = "rows, with the step before";

    private static readonly Conv2d Stem = new(3, 40, 7, 7, Stride: 2, Padding: 3);

    /// <summary>Windows that overlap by none, one and two rows, leave rows out (between them or, of an odd height, at the end), reach beyond the image by side, or are averages.</summary>
    private static readonly WindowPool[] Pools =
    [
        new MaxPool2d(3, 2, 1),
        new MaxPool2d(2, 2),
        new MaxPool2d(1, 8),
        new MaxPool2d(4, 1, new Padding(3, 0, 1, 2)),
        new MaxPool2d(3, 3, new Padding(0, 2, 2, 0), CeilMode: true),
        new MaxPool2d(2, 5, 1, CeilMode: true),
        new AvgPool2d(3, 2, 1),
        new AvgPool2d(3, 1, new Padding(1, 2, 0, 1), CountIncludePad: false),
    ];

    public static TheoryData<int, int> Widths => [(128, 1), (256, 2), (512, 1), (512, 2)];

    [Fact]
    public void A_residual_network_pools_its_stem_as_it_computes_it()
    {
        LayerGraph graph = ResNet.Build("resnet18");
        Assert.Equal(Folded, Choices(graph, 1, 224, 1, [])[1].Algorithm);
        Assert.Equal(Folded, Choices(graph, 8, 224, 2, ["layer1.0.act1"])[1].Algorithm);
        Assert.Equal(Folded, Choices(graph, 1, 128, 1, ["maxpool"])[1].Algorithm);
        Assert.Equal(Folded, Choices(graph, 1, 224, 1, ["conv1", "act1"])[1].Algorithm);
        Assert.Equal(Folded, Choices(graph, 1, 76, 1, ["maxpool"])[1].Algorithm);
        Assert.Equal("rows", Choices(graph, 1, 76, 1, ["act1"])[1].Algorithm);
        Assert.Equal("rows", Choices(graph, 1, 224, 16, [])[1].Algorithm);
        Assert.Equal(Folded, Choices(graph, 1, 32, 1, ["conv1"])[1].Algorithm);
        Assert.Equal("rows", Choices(graph, 1, 224, 1, [], CpuConvolutions.Direct)[1].Algorithm);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void No_bit_differs(int width, int threads)
    {
        CpuOptions options = CpuWidths.Options((SimdWidth)width) with { Threads = threads, Convolutions = CpuConvolutions.Winograd, TransformedWeights = 100 };
        int folded = 0, published = 0;
        foreach (WindowPool pool in Pools)
        {
            foreach ((int batch, int height, int width1) in ((int, int, int)[])[(1, 97, 61), (2, 40, 33), (3, 61, 97), (5, 16, 16), (1, 7, 9), (3, 63, 96), (4, 32, 32), (1, 90, 32), (2, 32, 352)])
            {
                TensorShape shape = new(batch, 3, height, width1);
                float[] values = Formula.Uniform("x", shape).Values.ToArray();
                (values[7], values[values.Length / 2], values[^30]) = (float.NaN, float.PositiveInfinity, -3e38f);
                foreach (Tensor input in (Tensor[])[Formula.Uniform("x", shape), new(shape, values), Small(shape)])
                {
                    LayerGraph graph = Network(pool);
                    Check(graph, input, options, $"{pool}, {shape}");
                    folded += IsFolded(graph, shape, options, ["pool"]) ? 1 : 0;
                    published += IsFolded(graph, shape, options, ["conv", "relu"]) ? 1 : 0;
                }
            }
        }

        Assert.InRange(folded, Pools.Length * 6, int.MaxValue);
        Assert.InRange(published, Pools.Length * 3, folded - 1);
    }

    /// <summary>What the pooling is not the only one to want is stored: a layer within the step, its output, the graph's.</summary>
    [Fact]
    public void What_another_wants_is_stored()
    {
        CpuOptions options = new() { Threads = 1, TransformedWeights = 100 };
        foreach (string wanted in (string[])["conv, by another", "relu, by another", "conv, as output", "relu, as output", "a residual", "a residual, read later"])
        {
            GraphBuilder builder = new(3);
            LayerNode conv = builder.Add("conv", Stem, builder.Input);
            LayerNode second = builder.Add("second", Stem, builder.Input);
            LayerNode sum = wanted.StartsWith("a residual", StringComparison.Ordinal) ? builder.Add("sum", new Add(), conv, second) : conv;
            LayerNode relu = builder.Add("relu", new ReLU(), sum);
            LayerNode pool = builder.Add("pool", new MaxPool2d(3, 2, 1), relu);
            LayerNode layer = wanted.StartsWith("conv", StringComparison.Ordinal) ? conv : relu;
            LayerGraph graph = wanted switch
            {
                "a residual" => builder.Build(pool),
                "a residual, read later" => builder.Build(builder.Add("both", new Add(), pool, builder.Add("other", new MaxPool2d(3, 2, 1), conv))),
                _ when wanted.EndsWith("output", StringComparison.Ordinal) => builder.Build(layer),
                _ => builder.Build(builder.Add("both", new Add(), pool, builder.Add("other", new MaxPool2d(3, 2, 1), layer))),
            };
            Check(graph, Formula.Uniform("x", new TensorShape(2, 3, 64, 64)), options, wanted);
        }
    }

    /// <summary>Of one image each thread has a part; its rows and its neighbour's meet, and a strip is no larger than a third of the second-level cache.</summary>
    [Fact]
    public void Work_is_shared_where_it_costs_little()
    {
        MaxPool2d pool = new(3, 2, 1);
        Assert.Equal(new PooledRows(1, 1, 4, 2, 28), Of(pool, 1, 112, 112, 1));
        Assert.Equal(2, Of(pool, 1, 112, 112, 2)!.Items);
        Assert.Equal(1, Of(pool, 4, 112, 112, 2)!.Items);
        Assert.Null(Of(pool, 1, 112, 112, 16));
        Assert.Null(Of(pool, 1, 112, 5000, 1));
        Assert.Null(Of(new MaxPool2d(5, 2, 1), 1, 112, 112, 1));
    }

    private static PooledRows? Of(WindowPool pool, int batch, int height, int width, int threads)
    {
        BlockedImage rows = BlockedImage.Of(new TensorShape(batch, 64, height, width));
        return PooledRows.Of<Simd128>(rows, (width + 3) / 4, 4, 28, panels: 4, pool, pool.InferShape([new TensorShape(batch, 64, height, width)]).Height, threads);
    }

    /// <summary>The bits of the output, and of what is observed, are those of a run in which another step reads the layer before the pooling. Buffers begin as NaN: what is read is written before.</summary>
    private static void Check(LayerGraph graph, Tensor input, CpuOptions options, string what)
    {
        LayerNode pool = graph.Find("pool");
        using Model model = Networks.Create(graph), other = Networks.Create(GraphCopies.WithReader(graph, pool.Inputs[0], "reader", pool.Op));
        Dictionary<string, Tensor> apart = Networks.Run(other, input, Backend(options)), together = Networks.Run(model, input, Backend(options));
        Assert.True(input.Values.ToArray().Any(v => !float.IsFinite(v)) || apart["output"].Values.ToArray().All(float.IsFinite), what);
        Assert.Equal("rows", Choices(other.Graph, input.Shape, options, other.Graph.Layers.Select(l => l.Name)).First(c => c.Algorithm.StartsWith("rows", StringComparison.Ordinal)).Algorithm);
        foreach ((string layer, Tensor values) in together)
        {
            Bits.AssertSame(apart[layer].Values, values.Values, $"{what}, {layer} beside all others");
        }

        using Session session = new(model, Backend(options));
        Bits.AssertSame(apart["output"].Values, session.Predict(input).Values, what);
        using ObserverHandle handle = session.Observe("pool", (in Observation o) => Bits.AssertSame(apart["pool"].Values, o.Values, $"{what}, pool"));
        Bits.AssertSame(apart["output"].Values, session.Predict(input).Values, $"{what}, pool observed");
    }

    private static CpuBackend Backend(CpuOptions options) => new(options, new NativeAllocator { InitialValue = float.NaN });

    private static bool IsFolded(LayerGraph graph, TensorShape shape, CpuOptions options, string[] observed) => Choices(graph, shape, options, observed)[1].Algorithm == Folded;

    /// <summary>An image that is measured and scaled before it is copied.</summary>
    private static Tensor Small(TensorShape shape) => new(shape, Formula.Uniform("x", shape).Values.ToArray().Select(v => v * 1e-38f).ToArray());

    /// <summary>What follows reads the pooling's output with the zeros around it.</summary>
    private static LayerGraph Network(WindowPool pool)
    {
        GraphBuilder builder = new(3);
        LayerNode value = builder.Add("conv", Stem, builder.Input);
        value = builder.Add("norm", new BatchNorm2d(Stem.OutChannels), value);
        value = builder.Add("relu", new ReLU(), value);
        value = builder.Add("pool", pool, value);
        builder.Add("last", new Conv2d(Stem.OutChannels, 16, 3, 3, Padding: 1), value);
        return builder.Build();
    }

    private static IReadOnlyList<StepChoice> Choices(LayerGraph graph, int batch, int size, int threads, string[] observed, CpuConvolutions convolutions = default) =>
        Choices(graph, new TensorShape(batch, 3, size, size), new CpuOptions { Threads = threads, Convolutions = convolutions }, observed);

    private static IReadOnlyList<StepChoice> Choices(LayerGraph graph, TensorShape shape, CpuOptions options, IEnumerable<string> observed)
    {
        CpuBackend backend = new(options);
        return backend.Measure(Planner.Plan(graph, shape, observed.Select(graph.Find), backend.Layout)).Choices;
    }
}

using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>
/// Observed stages that go to the host out of their step: every set of a step's stages, for every way to compute it, has the bits of networks that end with the layer, whose output
/// is stored, and the output those of a run in which nothing is observed.
/// </summary>
public sealed class PublishingTests
{
    public static TheoryData<int, int> Kernels => [(128, 1), (256, 2), (512, 1), (512, 3), (0, 1), (0, 2)];

    /// <summary>Channels in and out, kernel, stride, groups, height and width of the input: by Winograd with many tiles, few and one; direct, in groups of each kind; planes that are whole cache lines or not.</summary>
    private static readonly (int In, int Out, int Kernel, int Stride, int Groups, int Height, int Width)[] Cases =
    [
        (32, 40, 3, 1, 1, 24, 22),
        (32, 33, 3, 1, 1, 14, 14),
        (48, 64, 3, 1, 1, 7, 7),
        (32, 32, 3, 1, 1, 4, 4),
        (64, 96, 3, 1, 2, 20, 32),
        (16, 24, 1, 1, 1, 28, 28),
        (3, 17, 3, 2, 1, 33, 64),
        (32, 64, 3, 2, 1, 29, 29),
        (24, 48, 3, 1, 2, 16, 9),
        (20, 20, 3, 1, 5, 12, 16),
        (1, 1, 5, 1, 1, 19, 21),
        (17, 3, 1, 1, 1, 1, 1),
        (16, 200, 1, 1, 1, 14, 14),
    ];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_set_of_stages_has_the_bits_of_stored_layers(int width, int threads)
    {
        CpuOptions options = Options(width, threads);
        foreach ((int channels, int outputs, int kernel, int stride, int groups, int height, int columns) in Cases)
        {
            foreach (bool hasBias in (bool[])[false, true])
            {
                Conv2d conv = new(channels, outputs, kernel, kernel, stride, Padding: kernel / 2, Groups: groups, Bias: hasBias);
                LayerGraph graph = Block(conv);
                Tensor input = Formula.Uniform("x", new TensorShape(hasBias ? 3 : 1, channels, height, columns));
                CheckSets(graph, ["conv", "norm", "sum", "relu"], input, options, $"{conv}, {input.Shape}");
            }
        }
    }

    /// <summary>Of twelve tiles each with 16 registers, whose first lies anywhere in a row of seven: five of four pixels and two of three.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Blocks_of_tiles_begin_anywhere(int width, int threads)
    {
        Conv2d conv = new(128, 32, 3, 3, Padding: 1);
        CheckSets(Block(conv), ["conv", "relu"], Formula.Uniform("x", new TensorShape(3, 128, 16, 26)), Options(width, threads) with { TransformedWeights = 100 }, $"{conv}");
    }

    /// <summary>Layers that another step reads are stored, observed or not; images that are scaled take another way.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void What_steps_read_and_scaled_images(int width, int threads)
    {
        CpuOptions options = Options(width, threads);
        Conv2d conv = new(3, 32, 3, 3, Padding: 1);
        TensorShape shape = new(2, 3, 16, 70);
        float[] values = Formula.Uniform("x", shape).Values.ToArray();
        float[] small = [.. values.Select((v, i) => i < values.Length / 2 ? v * 1e-30f : v)];
        foreach (float[] image in (float[][])[values, small])
        {
            foreach (string read in (string[])["conv", "norm", "sum"])
            {
                CheckSets(Block(conv, read), ["conv", "norm", "sum", "relu", "other"], new Tensor(shape, image), options, $"{read} is read, {image[0]}");
            }

            CheckSets(Block(conv with { Bias = true }), ["conv", "norm", "sum", "relu"], new Tensor(shape, image), options, $"bias, {image[0]}");
        }
    }

    /// <summary>Small planes go past the caches after their step, too, in lines of 16 planes, though their own lines are not whole.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Scaled_images_of_small_planes(int width, int threads)
    {
        TensorShape shape = new(14, 3, 9, 17);
        Tensor input = new(shape, Formula.Uniform("x", shape).Values.ToArray().Select(v => v * 1e-30f).ToArray());
        LayerGraph graph = Block(new Conv2d(3, 32, 3, 3, Padding: 1));
        CpuOptions options = Options(width, threads);
        Check(graph, ["conv", "norm", "sum", "relu"], input, options, Stored(graph, input, options), "scaled");
    }

    /// <summary>A stem whose rows are pooled as they are computed where they are whole lines (16 columns), and stored before where planes must be published after the step.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Pooled_stems(int width, int threads)
    {
        foreach (int size in (int[])[32, 28, 150])
        {
            GraphBuilder builder = new(3);
            LayerNode value = builder.Add("conv", new Conv2d(3, 16, 7, 7, 2, Padding: 3), builder.Input);
            value = builder.Add("norm", new BatchNorm2d(16), value);
            value = builder.Add("relu", new ReLU(), value);
            value = builder.Add("pool", new MaxPool2d(3, 2, 1), value);
            LayerGraph graph = builder.Build(builder.Add("last", new Conv2d(16, 16, 1, 1), value));
            CheckSets(graph, ["conv", "norm", "relu", "pool"], Formula.Uniform("x", new TensorShape(2, 3, size, size)), Options(width, threads) with { TransformedWeights = 100 }, $"a stem of {size}²");
        }
    }

    /// <summary>Steps of one layer, and elementwise ones.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Layers_of_other_kinds(int width, int threads)
    {
        CpuOptions options = Options(width, threads);
        GraphBuilder builder = new(20);
        LayerNode value = builder.Add("norm", new BatchNorm2d(20), builder.Input);
        value = builder.Add("relu", new ReLU(), value);
        value = builder.Add("pool", new MaxPool2d(3, 2, 1), value);
        value = builder.Add("average", new GlobalAveragePool(), value);
        value = builder.Add("fc", new Linear(20, 7), value);
        builder.Add("softmax", new Softmax(), value);
        CheckSets(builder.Build(), ["norm", "relu", "pool", "average", "fc", "softmax"], Formula.Uniform("x", new TensorShape(3, 20, 32, 31)), options, "kinds");
    }

    /// <summary>More than a mebibyte of a step's stages goes past the caches: in lines that begin anywhere in an item, or small planes of whole images, some of which begin in a line.</summary>
    [Theory]
    [InlineData(1, 64, 56, 56)]
    [InlineData(3, 40, 48, 50)]
    [InlineData(2, 64, 75, 75)]
    [InlineData(8, 65, 14, 14)]
    [InlineData(26, 72, 7, 7)]
    public void Large_stages(int batch, int channels, int height, int width)
    {
        foreach ((SimdWidth bits, int threads) in ((SimdWidth, int)[])[(SimdWidth.Bits128, 2), (SimdWidth.Bits256, 1), (SimdWidth.Bits256, 2), (SimdWidth.Bits512, 1), (SimdWidth.Bits512, 2)])
        {
            foreach ((int kernel, int stride, CpuConvolutions algorithm) in
                ((int, int, CpuConvolutions)[])[(3, 1, CpuConvolutions.Winograd), (3, 1, CpuConvolutions.Direct), (3, 2, CpuConvolutions.Direct), (1, 1, CpuConvolutions.Direct)])
            {
                CpuOptions options = CpuWidths.Options(bits) with { Threads = threads, Convolutions = algorithm };
                Conv2d conv = new(32, channels, kernel, kernel, stride, Padding: kernel / 2);
                Tensor input = Formula.Uniform("x", new TensorShape(batch, 32, stride * height, stride * width));
                LayerGraph graph = Block(conv);
                Check(graph, ["conv", "norm", "sum", "relu"], input, options, Stored(graph, input, options), $"{bits}, {algorithm}, {conv}, {input.Shape}");
            }
        }
    }

    /// <summary>By Winograd wherever that applies: by itself a backend takes direct sums where a layer reads the input. Of 0, the kernels for 32 registers with vectors of four lanes.</summary>
    private static CpuOptions Options(int width, int threads) =>
        (width == 0 ? CpuWidths.ManyRegisters : CpuWidths.Options((SimdWidth)width)) with { Threads = threads, Convolutions = CpuConvolutions.Winograd };

    /// <summary>conv + bn + add + relu, and what is added: another convolution of the input. A last layer reads the zeros around the output, and another one of the others, where it is named.</summary>
    private static LayerGraph Block(Conv2d conv, string? read = null)
    {
        GraphBuilder builder = new(conv.InChannels);
        LayerNode shortcut = builder.Add("shortcut", conv with { KernelHeight = 1, KernelWidth = 1, Padding = 0, Bias = false }, builder.Input);
        List<LayerNode> block = [builder.Add("conv", conv, builder.Input)];
        block.Add(builder.Add("norm", new BatchNorm2d(conv.OutChannels), block[^1]));
        block.Add(builder.Add("sum", new Add(), block[^1], shortcut));
        block.Add(builder.Add("relu", new ReLU(), block[^1]));
        LayerNode last = builder.Add("last", new Conv2d(conv.OutChannels, 16, 3, 3, Padding: 1), block[^1]);
        return builder.Build(block.Find(n => n.Name == read) is { } other ? builder.Add("both", new Add(), last, builder.Add("other", new Conv2d(conv.OutChannels, 16, 1, 1), other)) : last);
    }

    private static void CheckSets(LayerGraph graph, string[] layers, Tensor input, CpuOptions options, string what)
    {
        Dictionary<string, Tensor> stored = Stored(graph, input, options);
        for (int set = 1; set < 1 << layers.Length; set++)
        {
            Check(graph, [.. layers.Where((_, i) => (set >> i & 1) == 1)], input, options, stored, what);
        }
    }

    /// <summary>Every layer as the output of a network that ends with it.</summary>
    private static Dictionary<string, Tensor> Stored(LayerGraph graph, Tensor input, CpuOptions options)
    {
        Dictionary<string, Tensor> stored = [];
        foreach (LayerNode layer in graph.Layers)
        {
            using Model model = Networks.Create(GraphCopies.Ending(graph, layer));
            using Session session = new(model, Backend(options));
            stored[layer.Name] = session.Predict(input);
            Assert.True(stored[layer.Name].Values.ToArray().All(float.IsFinite));
        }

        return stored;
    }

    private static void Check(LayerGraph graph, string[] observed, Tensor input, CpuOptions options, Dictionary<string, Tensor> stored, string what)
    {
        using Model model = Networks.Create(graph);
        using Session session = new(model, Backend(options));
        int seen = 0;
        foreach (string layer in observed)
        {
            session.Observe(layer, (in Observation o) =>
            {
                Bits.AssertSame(stored[layer].Values, o.Values, $"{what}: {layer} of {string.Join(", ", observed)}");
                seen++;
            });
        }

        Bits.AssertSame(stored[graph.Output.Name].Values, session.Predict(input).Values, $"{what}: the output, {string.Join(", ", observed)} observed");
        Assert.Equal(observed.Length, seen);
    }

    private static CpuBackend Backend(CpuOptions options) => new(options, new NativeAllocator { InitialValue = float.NaN });
}

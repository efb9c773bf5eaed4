using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Images of denormal values, and normal ones with such a background: the numbers are right, no bit depends on what else runs, and no convolution reads a denormal value.</summary>
public sealed class InputScaleTests
{
    private const int Height = 61, Width = 75;

    /// <summary>Widths of vectors, threads, and how convolutions are computed.</summary>
    public static TheoryData<int, int, CpuConvolutions> Variants
    {
        get
        {
            TheoryData<int, int, CpuConvolutions> variants = [];
            foreach (int width in (int[])[128, 256, 512])
            {
                variants.Add(width, 1, CpuConvolutions.Auto);
                variants.Add(width, 2, CpuConvolutions.Auto);
            }

            variants.Add(256, 2, CpuConvolutions.Direct);
            return variants;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-35)]
    [InlineData(-40)]
    [InlineData(-100)]
    [InlineData(-130)]
    [InlineData(-145)]
    public void Every_layer_of_a_scaled_photograph_is_right(int exponent) => AssertLikeReference(Scaled(Photograph("chelsea.png"), exponent));

    [Fact]
    public void Every_layer_of_a_photograph_with_a_denormal_background_is_right() => AssertLikeReference(Mixed());

    /// <summary>A layer beside the others, which nobody computes where it is not observed, reads the input as it is.</summary>
    [Fact]
    public void Observing_a_layer_that_reads_the_input_as_it_is_changes_no_bit_of_the_others()
    {
        GraphBuilder builder = new(3);
        LayerNode conv = builder.Add("conv", new Conv2d(3, 16, 3, 3), builder.Input);
        builder.Add("aside", new ReLU(), builder.Input);
        using Model model = Networks.Create(builder.Build(builder.Add("norm", new BatchNorm2d(16), conv)));
        using Session session = new(model, new CpuBackend(new CpuOptions { Threads = 1 }));
        Tensor image = Scaled(Formula.Uniform("x", new TensorShape(1, 3, 20, 20)), -130);
        Tensor alone = session.Predict(image);
        using ObserverHandle handle = session.Observe("aside", (in Observation o) => Assert.Contains(o.Values.ToArray(), v => v > 0));
        Bits.AssertSame(alone.Values, session.Predict(image).Values, "the output");
    }

    /// <summary>Bits are those of each image alone: of normal, small, mixed and black ones, and of one that is not finite, in one batch.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void Neither_batch_nor_width_nor_threads_nor_observers_change_a_bit(int width, int threads, CpuConvolutions convolutions)
    {
        using Model model = TestModels.Tiny();
        Tensor photograph = Photograph("rocket.jpg");
        float[] broken = Scaled(photograph, -130).Values.ToArray();
        (broken[3000], broken[9000]) = (float.PositiveInfinity, float.NaN);
        Tensor[] images = [photograph, Scaled(photograph, -50), Mixed(), Scaled(photograph, -130), new(photograph.Shape, new float[3 * Height * Width]), new(photograph.Shape, broken)];
        Tensor batch = new(new TensorShape(images.Length, 3, Height, Width), images.SelectMany(i => i.Values.ToArray()).ToArray());
        CpuOptions options = CpuWidths.Options((SimdWidth)width) with { Threads = threads, Convolutions = convolutions };
        Dictionary<string, Tensor> together = Networks.Run(model, batch, new CpuBackend(options));
        using Session unobserved = new(model, new CpuBackend(options));
        Bits.AssertSame(together["output"].Values, unobserved.Predict(batch).Values, "not observed");
        for (int image = 0; image < images.Length; image++)
        {
            foreach ((string layer, Tensor alone) in Networks.Run(model, images[image], new CpuBackend(CpuWidths.Options(SimdWidth.Bits128) with { Threads = 1, Convolutions = convolutions })))
            {
                Bits.AssertSame(alone.Values, together[layer].Image(image).Values, $"image {image}, {layer}");
            }
        }
    }

    /// <summary>A session that saw a small image treats the next one as if it had not.</summary>
    [Fact]
    public void A_small_image_leaves_nothing_behind()
    {
        using Model model = TestModels.Tiny();
        using Session session = new(model, new CpuBackend());
        Tensor photograph = Photograph("rocket.jpg");
        float[] first = session.Predict(photograph).Values.ToArray();
        session.Predict(Scaled(photograph, -130));
        Bits.AssertSame(first, session.Predict(photograph).Values, "after a small one");
    }

    /// <summary>What is scaled is a copy: an observer of the input gets the image itself.</summary>
    [Fact]
    public void The_observed_input_is_the_image_as_it_came()
    {
        Tensor image = Scaled(Photograph("rocket.jpg"), -130);
        using Model model = TestModels.Tiny();
        using Session session = new(model, new CpuBackend());
        float[] seen = [];
        session.Observe("input", (in Observation o) => seen = o.Values.ToArray());
        session.Predict(image);
        Bits.AssertSame(image.Values, seen, "observed");
    }

    [Fact]
    public void No_convolution_reads_a_denormal_value()
    {
        Tensor photograph = Photograph("rocket.jpg");
        Assert.True(Denormals(Mixed().Values) > 1000);
        Assert.Equal((0, false), Copied(Mixed()));
        Assert.Equal((0, true), Copied(Scaled(photograph, -130)));
        Assert.Equal((0, true), Copied(Scaled(photograph, -90)));
        Assert.Equal((0, false), Copied(photograph));
    }

    /// <summary>What is not changed is copied in every bit, negative zeros and values that are not finite included.</summary>
    [Fact]
    public void A_normal_image_is_copied_as_it_is()
    {
        float[] values = Photograph("rocket.jpg").Values.ToArray();
        (values[0], values[1], values[2], values[3]) = (-0f, float.NegativeInfinity, float.NaN, MathF.ScaleB(1, InputScale.TinyExponent));
        Copy(new Tensor(new TensorShape(1, 3, Height, Width), values), (scale, read) =>
        {
            Assert.False(scale.IsScaling);
            Assert.All(Enumerable.Range(0, values.Length), i => Assert.Equal(BitConverter.SingleToInt32Bits(values[i]), BitConverter.SingleToInt32Bits(read[i])));
        });
    }

    [Theory]
    [InlineData(-37)]
    [InlineData(-60)]
    [InlineData(-126)]
    [InlineData(-149)]
    public void A_small_image_is_multiplied_exactly_and_its_tiny_values_are_zero(int exponent)
    {
        float[] values = new float[3 * Height * Width];
        (values[5], values[Width + 1], values[^1]) = (MathF.ScaleB(-1, exponent), MathF.ScaleB(1, Math.Max(-149, exponent - 64)), MathF.ScaleB(1, Math.Max(-149, exponent - 65)));
        Copy(new Tensor(new TensorShape(1, 3, Height, Width), values), (scale, read) =>
        {
            Assert.Equal(InputScale.LeastExponent - exponent, scale.Exponent(0));
            for (int i = 0; i < values.Length; i++)
            {
                double exact = Math.ScaleB(values[i], scale.Exponent(0));
                Assert.Equal(Math.Abs(exact) < Math.ScaleB(1, InputScale.TinyExponent) ? 0 : exact, read[i]);
            }
        });
    }

    /// <summary>A pooling layer would show the scaled values, so nothing is scaled where one reads the input.</summary>
    [Fact]
    public void An_input_that_not_only_convolutions_read_is_copied_as_it_is()
    {
        GraphBuilder builder = new(3);
        LayerNode pooled = builder.Add("pool", new MaxPool2d(1, 1), builder.Input);
        LayerNode summed = builder.Add("conv", new Conv2d(3, 3, 3, 3, Padding: 1), builder.Input);
        builder.Add("add", new Add(), summed, pooled);
        Tensor image = Scaled(Photograph("rocket.jpg"), -60);
        using Model model = Networks.Create(builder.Build());
        Bits.AssertSame(image.Values, Networks.Run(model, image, new CpuBackend())["pool"].Values, "pooled");
        Networks.AssertLikeReference(model, image, new CpuBackend());
    }

    /// <summary>Every way to sum, with a bias or without, two of them reading one input.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Convolutions_without_norm_are_right(int groups, bool hasBias)
    {
        GraphBuilder builder = new(3);
        LayerNode wide = builder.Add("wide", new Conv2d(3, 9, 5, 5, Stride: 1, Padding: 2, Groups: groups, Bias: hasBias), builder.Input);
        LayerNode narrow = builder.Add("narrow", new Conv2d(3, 9, 3, 3, Padding: 1, Groups: groups, Bias: hasBias), builder.Input);
        builder.Add("act", new ReLU(), builder.Add("add", new Add(), narrow, wide));
        using Model model = Networks.Create(builder.Build());
        foreach (CpuConvolutions convolutions in Enum.GetValues<CpuConvolutions>())
        {
            Networks.AssertLikeReference(model, Scaled(Photograph("rocket.jpg"), -60), new CpuBackend(new CpuOptions { Convolutions = convolutions }), $"{convolutions}");
        }
    }

    private static void AssertLikeReference(Tensor image)
    {
        using Model leaf = ModelFile.Open(Repository.File("models/resnet18-leaf.safetensors"));
        Networks.AssertLikeReference(leaf, image, new CpuBackend());
    }

    private static (int Denormals, bool IsScaling) Copied(Tensor image)
    {
        (int, bool) result = default;
        Copy(image, (scale, read) => result = (Denormals(read), scale.IsScaling));
        return result;
    }

    /// <summary>What the stem of a small network reads, as C×H×W.</summary>
    private static unsafe void Copy(Tensor image, Action<InputScale, float[]> check)
    {
        using Model model = TestModels.Tiny();
        NativeAllocator allocator = new();
        CpuBackend backend = new(new CpuOptions { Convolutions = CpuConvolutions.Direct });
        using CpuLayers layers = new(model.Graph, model.Parameters, backend, allocator);
        using NativeArena arena = new(allocator);
        CpuProgram program = layers.Load(Planner.Plan(model.Graph, image.Shape, [], backend.Layout), arena, threads: 1);
        CompactInput input = Assert.IsType<CompactInput>(Assert.Single(program.Rest.Inputs));
        program.Scale!.Measure(image.Values);
        fixed (float* source = image.Values)
        {
            input.Source = source;
            for (int item = 0; item < input.Items; item++)
            {
                input.Execute(item, worker: 0);
            }
        }

        float[] read = new float[image.Values.Length];
        for (int i = 0; i < read.Length; i++)
        {
            (int c, int pixel) = Math.DivRem(i, Height * Width);
            (int y, int x) = Math.DivRem(pixel, Width);
            read[i] = input.Destination[((y + input.Halo) * input.RowStride) + ((x + input.Halo) * 3) + c];
        }

        check(program.Scale, read);
    }

    private static int Denormals(ReadOnlySpan<float> values)
    {
        int count = 0;
        foreach (float value in values)
        {
            count += float.IsSubnormal(value) ? 1 : 0;
        }

        return count;
    }

    /// <summary>A photograph whose upper half, and every fifth value below, is denormal.</summary>
    private static Tensor Mixed()
    {
        float[] values = Photograph("chelsea.png").Values.ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = i / Width % Height < Height / 2 || i % 5 == 0 ? values[i] * 1e-40f : values[i];
        }

        return new Tensor(new TensorShape(1, 3, Height, Width), values);
    }

    private static Tensor Scaled(Tensor image, int exponent) => new(image.Shape, image.Values.ToArray().Select(v => MathF.ScaleB(v, exponent)).ToArray());

    private static Tensor Photograph(string file) =>
        new Preprocessor(new Preprocessing(Height, Width, Interpolation.Bilinear, null, Preprocessing.ImageNetMean, Preprocessing.ImageNetStd)).Load(Repository.File($"samples/{file}"));
}

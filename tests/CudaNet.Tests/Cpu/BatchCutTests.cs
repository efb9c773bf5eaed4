using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Batches whose first steps run in parts: which steps and how many images, and that nothing but less memory and less time follows from it. Alone, because it counts allocations.</summary>
[Collection(nameof(Alone))]
public sealed class BatchCutTests
{
    private const int Whole = int.MaxValue;

    private static readonly LayerGraph ResNet18 = ResNet.Build("resnet18");

    [Theory]
    [InlineData(32, 224, 1, 1, "layer2.1.act2")]
    [InlineData(32, 224, 2, 2, "layer2.1.act2")]
    [InlineData(32, 128, 1, 3, "layer2.1.act2")]
    [InlineData(32, 448, 1, 1, "layer3.1.act2")]
    [InlineData(1, 224, 1, null, null)]
    [InlineData(5, 224, 2, 2, "layer1.1.act2")]
    [InlineData(3, 224, 2, null, null)]
    [InlineData(8, 224, 16, null, null)]
    public void Images_go_in_parts_through_the_steps_whose_values_are_large(int batch, int size, int threads, int? images, string? value)
    {
        BatchCut? cut = BatchCut.Of(Plan(batch, size), threads, images: null);
        Assert.Equal(images, cut?.Images);
        Assert.Equal(value, cut?.Value.Name);
    }

    /// <summary>An observer gets its layer's values of the whole batch, from the step that stores them.</summary>
    [Theory]
    [InlineData("input", null)]
    [InlineData("global_pool", "layer2.1.act2")]
    [InlineData("layer2.0.bn1", "layer1.1.act2")]
    [InlineData("layer1.0.conv2", "maxpool")]
    [InlineData("maxpool", null)]
    [InlineData("conv1", null)]
    public void No_observed_layer_is_computed_in_parts(string observed, string? value) =>
        Assert.Equal(value, BatchCut.Of(Plan(8, 224, observed), threads: 1, images: null)?.Value.Name);

    [Theory]
    [InlineData(8, 3, new[] { 3, 3, 2 })]
    [InlineData(7, 2, new[] { 2, 2, 2, 1 })]
    [InlineData(6, 5, new[] { 3, 3 })]
    public void Parts_are_as_equal_as_can_be(int batch, int images, int[] parts) =>
        Assert.Equal(parts, new BatchCut(2, images, ResNet18.Output).Sizes(batch).SelectMany(s => Enumerable.Repeat(s.Images, s.Parts)));

    /// <summary>A network whose second value is larger than its first: three images are few enough for the first, and too many for the second.</summary>
    [Fact]
    public void The_largest_value_decides_wherever_it_is()
    {
        GraphBuilder builder = new(3);
        LayerNode value = builder.Add("narrow", new Conv2d(3, 16, 3, 3, Padding: 1), builder.Input);
        value = builder.Add("wide", new Conv2d(16, 128, 3, 3, Padding: 1), value);
        builder.Add("pool", new GlobalAveragePool(), builder.Add("thin", new Conv2d(128, 16, 3, 3, Padding: 1), value));
        ExecutionPlan plan = Planner.Plan(builder.Build(), new TensorShape(3, 3, 128, 128), [], StorageLayout.Blocked16);
        Assert.Equal((3, 1, "thin"), BatchCut.Of(plan, threads: 1, images: null) is { } cut ? (cut.Steps, cut.Images, cut.Value.Name) : default);
    }

    /// <summary>Where what follows holds values as large as what was cut, parts would only come on top.</summary>
    [Fact]
    public void A_batch_is_not_cut_where_that_takes_more_memory()
    {
        ExecutionPlan plan = Plan(3, 448, "layer1.0.bn2");
        Assert.Null(BatchCut.Of(plan, threads: 2, images: null));
        Assert.Equal("maxpool", BatchCut.Of(plan, threads: 2, images: 2)?.Value.Name);
    }

    /// <summary>Whether or not their parts could be indexed, and before anything is made for each of them.</summary>
    [Theory]
    [InlineData(1_000_000_000)]
    [InlineData(30_000)]
    public void A_batch_beyond_what_can_be_indexed_is_refused_at_once(int batch)
    {
        ExecutionPlan plan = Plan(batch, 224);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("beyond what the cpu backend can index", Assert.Throws<CudaNetException>(() => new CpuBackend().Measure(plan)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    /// <summary>A thousand steps of ten thousand images: what is loaded is one part's.</summary>
    [Fact]
    public void Loading_costs_no_more_for_many_parts()
    {
        GraphBuilder builder = new(16);
        LayerNode value = builder.Input;
        for (int step = 0; step < 1000; step++)
        {
            value = builder.Add($"pool{step}", new MaxPool2d(1, 1), value);
        }

        builder.Add("last", new GlobalAveragePool(), value);
        ExecutionPlan plan = Planner.Plan(builder.Build(), new TensorShape(10_000, 16, 64, 64), [], StorageLayout.Blocked16);
        Assert.NotNull(BatchCut.Of(plan, threads: 1, images: null));
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = new CpuBackend(new CpuOptions { Threads = 1 }).Measure(plan);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 16 << 20);
    }

    /// <summary>Parts of two sizes use the same buffers: a value has the same slot in both, and no larger a one in the smaller.</summary>
    [Fact]
    public void Slots_grow_with_the_batch_alone()
    {
        for (int seed = 0; seed < RandomGraphs.Count; seed++)
        {
            (LayerGraph graph, TensorShape shape) = RandomGraphs.Create(seed);
            ExecutionPlan two = Planner.Plan(graph, shape.WithBatch(2), [], StorageLayout.Blocked16), three = Planner.Plan(graph, shape.WithBatch(3), [], StorageLayout.Blocked16);
            Assert.Equal(two.SlotBytes.Select(b => b / 2 * 3), three.SlotBytes);
            Assert.Equal(two.Steps.SelectMany(s => s.Values).Select(v => v.Slot), three.Steps.SelectMany(s => s.Values).Select(v => v.Slot));
        }
    }

    [Fact]
    public void A_run_in_parts_allocates_nothing()
    {
        using Model model = TestModels.Tiny();
        using Session session = new(model, new CpuBackend(new CpuOptions { Threads = 2, PartImages = 2 }));
        Tensor input = Formula.Input(5, 3, 40, 52);
        float[] logits = new float[25];
        Allocations.AssertNone(() => session.Run(input, logits));
    }

    /// <summary>Each has an executable of its own, and all share the weights and the threads.</summary>
    [Fact]
    public void Several_runs_at_once_have_their_own_parts()
    {
        using Model model = TestModels.Tiny();
        using Session session = new(model, new CpuBackend(new CpuOptions { Threads = 2, PartImages = 2 }), new InferenceOptions { MaxConcurrentRuns = 3 });
        Tensor[] inputs = [.. Enumerable.Range(1, 3).Select(i => Formula.Uniform($"input{i}", new TensorShape(5, 3, 40, 52)))];
        Tensor[] expected = [.. inputs.Select(i => session.Predict(i))];
        Parallel.For(0, 30, new ParallelOptions { MaxDegreeOfParallelism = 3 }, run => Bits.AssertSame(expected[run % 3].Values, session.Predict(inputs[run % 3]).Values, $"run {run}"));
    }

    /// <summary>Any graph, cut wherever it can be: branches that cross, values read several times, parts of two sizes.</summary>
    [Theory]
    [InlineData("cpu-128-1")]
    [InlineData("cpu-256-2")]
    [InlineData("cpu-512-3")]
    [InlineData("winograd:cpu-256-2")]
    public void Parts_change_no_bit_of_a_random_graph(string backend)
    {
        int cut = 0;
        for (int seed = 0; seed < RandomGraphs.Count; seed++)
        {
            (LayerGraph graph, TensorShape shape) = RandomGraphs.Create(seed);
            Tensor input = Formula.Uniform("input", shape.WithBatch(5));
            Tensor expected = Predict(graph, input, backend, Whole, out _);
            foreach (int images in (int[])[1, 2, 3])
            {
                Tensor actual = Predict(graph, input, backend, images, out bool isCut);
                cut += isCut ? 1 : 0;
                Bits.AssertSame(expected.Values, actual.Values, $"output of graph {seed}, {images} images at once");
            }
        }

        Assert.True(cut > RandomGraphs.Count / 4, $"{cut} were cut");
    }

    /// <summary>One image is scaled because its values are tiny, one has NaN and ∞: each in its own part, and observers of later layers hear the whole batch.</summary>
    [Theory]
    [InlineData("cpu-128-2")]
    [InlineData("cpu-256-1")]
    [InlineData("cpu-512-2")]
    public void Parts_change_no_bit_of_a_ResNet(string backend)
    {
        using Model model = TestModels.Tiny();
        Tensor input = Formula.Input(7, 3, 40, 52);
        float[] values = input.Values.ToArray();
        int image = values.Length / 7;
        for (int i = 0; i < image; i++)
        {
            values[(2 * image) + i] = MathF.ScaleB(values[i], -120);
        }

        (values[4 * image], values[(5 * image) + 77]) = (float.NaN, float.PositiveInfinity);
        input = new Tensor(input.Shape, values);
        Dictionary<string, Tensor> expected = Layers(model, input, backend, Whole);
        foreach (int images in (int[])[1, 3, 4])
        {
            foreach ((string layer, Tensor actual) in Layers(model, input, backend, images))
            {
                Bits.AssertSame(expected[layer].Values, actual.Values, $"{layer}, {images} images at once");
            }
        }
    }

    [Fact]
    public void Buffers_of_large_values_are_a_parts_and_every_byte_is_counted()
    {
        NativeAllocator allocator = new();
        using Model model = ModelFile.Open(Repository.File("models/resnet18-leaf.safetensors"));
        CpuBackend backend = new(new CpuOptions { Threads = 1 }, allocator);
        ExecutionPlan plan = Planner.Plan(model.Graph, new TensorShape(16, 3, 224, 224), [], backend.Layout);
        using PreparedModel prepared = backend.Prepare(model);
        using Place place = prepared.CreatePlace(0);
        using Executable executable = prepared.Load(plan, place);
        Assert.Equal(allocator.LiveBytes, prepared.Bytes + executable.Bytes);
        Assert.Equal(backend.Measure(plan).BufferBytes, executable.Bytes);
        Assert.InRange(executable.Bytes, 1, plan.TotalBytes / 2);
        Assert.All(executable.Choices.Take(11), c => Assert.Equal(1, c.ImagesAtOnce));
        Assert.All(executable.Choices.Skip(11), c => Assert.Null(c.ImagesAtOnce));
    }

    /// <summary>A pass of most of a second, cancelled while its images go through the first steps: before the last of them, and the next run is as if nothing had been.</summary>
    [Fact]
    public void A_run_ends_within_its_parts_where_it_is_cancelled()
    {
        using Model model = ModelFile.Open(Repository.File("models/resnet18-leaf.safetensors"));
        CpuBackend backend = new(new CpuOptions { Threads = 1 });
        using PreparedModel prepared = backend.Prepare(model);
        using Place place = prepared.CreatePlace(0);
        Tensor input = Formula.Input(32, 3, 224, 224);
        using CpuExecutable executable = (CpuExecutable)prepared.Load(Planner.Plan(model.Graph, input.Shape, [], backend.Layout), place);
        float[] expected = new float[executable.Plan.OutputShape.ElementCount], actual = new float[expected.Length];
        executable.Start(input.Values);
        executable.Finish(expected);
        executable.StepTicks = new long[executable.Plan.Steps.Count];
        using CancellationTokenSource cancellation = new(TimeSpan.FromMilliseconds(20));
        Assert.ThrowsAny<OperationCanceledException>(() => executable.Start(input.Values, new RunControl(cancellation.Token)));
        Assert.All(executable.StepTicks.Skip(executable.Choices.Count(c => c.ImagesAtOnce is not null)), ticks => Assert.Equal(0, ticks));
        executable.Start(input.Values);
        executable.Finish(actual);
        Bits.AssertSame(expected, actual, "logits after a cancelled run");
    }

    private static ExecutionPlan Plan(int batch, int size, params string[] observed) =>
        Planner.Plan(ResNet18, new TensorShape(batch, 3, size, size), observed.Select(o => o == "input" ? ResNet18.Input : ResNet18.Find(o)), StorageLayout.Blocked16);

    private static Tensor Predict(LayerGraph graph, Tensor input, string backend, int images, out bool isCut)
    {
        using Model model = Networks.Create(graph);
        CpuBackend cutting = Cutting(backend, images);
        isCut = BatchCut.Of(Planner.Plan(graph, input.Shape, [], cutting.Layout), cutting.Threads, images) is not null;
        using Session session = new(model, cutting);
        return session.Predict(input);
    }

    private static Dictionary<string, Tensor> Layers(Model model, Tensor input, string backend, int images)
    {
        using Session session = new(model, Cutting(backend, images));
        Dictionary<string, Tensor> values = [];
        foreach (string layer in (string[])["layer2.0.bn2", "layer3.0.act2", "global_pool"])
        {
            session.Observe(layer, (in Observation o) => values[o.Name] = new Tensor(o.Shape, o.Values.ToArray()));
        }

        values["logits"] = session.Predict(input);
        return values;
    }

    /// <summary>A backend of that name that cuts every batch so, and whose buffers hold NaN at first.</summary>
    private static CpuBackend Cutting(string backend, int images) =>
        new(((CpuBackend)Backends.Create(backend)).Options with { PartImages = images }, new NativeAllocator { InitialValue = float.NaN });
}

using CudaNet.Engine;
using CudaNet.Kernels;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Numerics;

/// <summary>Attributes at the end of what an integer holds: right or refused on every backend variant, never out of bounds.</summary>
public sealed class AbsurdAttributeTests
{
    private const int Most = int.MaxValue;

    private static readonly LayerOp[] Operators =
    [
        new Conv2d(1, 1, 1, 1, Stride: Most),
        new Conv2d(1, 1, 1, 1, Stride: Most, Padding: Most),
        new Conv2d(1, 1, 1, 1, Stride: 1 << 30, new Padding(1 << 30, 0, 0, Most)),
        new Conv2d(1, 1, 2, 2, Stride: Most, Padding: Most, Dilation: Most),
        new Conv2d(1, 1, 1, 1, Dilation: Most),
        new MaxPool2d(1, Most),
        new MaxPool2d(Most, Most, Most - 1),
        new MaxPool2d(Most, 1 << 30, new Padding(Most - 1, Most - 1, 0, 5), CeilMode: true),
        new AvgPool2d(Most, Most, Most - 1, CountIncludePad: false),
        new AvgPool2d(Most, Most, Most - 1, CeilMode: true),
    ];

    public static TheoryData<string> AllBackends => Backends.All;

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Are_answered_or_refused(string backend)
    {
        Tensor input = Formula.Uniform("x", new TensorShape(1, 1, 3, 2));
        foreach (LayerOp op in Operators)
        {
            GraphBuilder builder = new(1);
            builder.Add("op", op, builder.Input);
            LayerGraph graph = builder.Build();
            Tensor? output = Run(graph, input, backend);
            if (output is not null && backend != "reference")
            {
                Assert.True(TensorComparison.Compare(output, Run(graph, input, "reference")!, Backends.Create(backend).Tolerance).Passed, $"{op}");
            }

            // Only a convolution's padding is memory on the CPU; a GPU counts an extent with its padding, and a step, in 31 bits.
            bool isCpu = backend.StartsWith("cpu", StringComparison.Ordinal);
            Assert.True(output is not null || (backend != "reference" && (!isCpu || op is Conv2d { Padding.Largest: > 0 })), $"{op} was refused");
            Assert.Equal(output is not null, IsMeasured(graph, input.Shape, Backends.Create(backend)));
        }
    }

    /// <summary>Counting is no reason to list a billion weights.</summary>
    [Fact]
    public void A_filter_beyond_memory_is_refused_before_anything_is_made_of_it()
    {
        GraphBuilder builder = new(1);
        builder.Add("op", new Conv2d(1, 1, 30000, 30000, Padding: 15000), builder.Input);
        LayerGraph graph = builder.Build();
        IBackend cpu = BackendCatalogue.Find("cpu").Create();
        ExecutionPlan plan = Planner.Plan(graph, new TensorShape(1, 1, 3, 2), [], cpu.Layout);
        Assert.Contains("1×30000×30000 weights is beyond", Assert.Throws<CudaNetException>(() => cpu.Measure(plan)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Windows_in_the_padding_are_zero_and_the_one_inside_is_not()
    {
        GraphBuilder builder = new(1);
        builder.Add("op", new Conv2d(1, 1, 1, 1, Stride: Most, Padding: Most), builder.Input);
        Tensor output = Run(builder.Build(), new Tensor(new TensorShape(1, 1, 1, 1), new float[] { 2 }), "reference")!;
        Assert.Equal(new TensorShape(1, 1, 3, 3), output.Shape);
        Assert.Equal(1, output.Values.ToArray().Count(v => v != 0));
        Assert.NotEqual(0, output.Values[4]);
    }

    private static bool IsMeasured(LayerGraph graph, TensorShape input, IBackend backend)
    {
        try
        {
            return backend.Measure(Planner.Plan(graph, input, [], backend.Layout)).BufferBytes > 0;
        }
        catch (CudaNetException)
        {
            return false;
        }
    }

    private static Tensor? Run(LayerGraph graph, Tensor input, string backend)
    {
        try
        {
            using Model model = Networks.Create(graph);
            using Session session = new(model, Backends.Create(backend));
            return session.Predict(input);
        }
        catch (CudaNetException)
        {
            return null;
        }
    }
}

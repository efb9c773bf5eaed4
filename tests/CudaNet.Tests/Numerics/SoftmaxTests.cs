using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Numerics;

/// <summary>Softmax beyond the catalogue's values: far apart, infinite, NaN, alone and behind a classifier, against PyTorch's numbers.</summary>
public sealed class SoftmaxTests
{
    private const float Inf = float.PositiveInfinity;

    /// <summary>Rows, and what <c>torch.softmax</c> gives for them in double.</summary>
    private static readonly (float[] Row, double[] Expected)[] Rows =
    [
        ([0, -88, -104, 16], [1.12535162055095e-07, 6.813556054780577e-46, 7.667647210841981e-53, 0.9999998874648379]),
        ([1000, 1000, -1000, 996], [0.4954626425778431, 0.4954626425778431, 0, 0.009074714844313747]),
        ([-3.3e38f, 3.3e38f, 0, 3.3e38f], [0, 0.5, 0, 0.5]),
        ([-Inf, 2, 1, -Inf], [0, 0.7310585786300049, 0.2689414213699951, 0]),
        ([0, Inf, 1, 2], [double.NaN, double.NaN, double.NaN, double.NaN]),
        ([0, 1, float.NaN, -Inf], [double.NaN, double.NaN, double.NaN, double.NaN]),
        ([-Inf, -Inf, -Inf, -Inf], [double.NaN, double.NaN, double.NaN, double.NaN]),
    ];

    public static TheoryData<string> All => Backends.All;

    [Theory]
    [MemberData(nameof(All))]
    public void Far_apart_infinite_and_NaN(string backendName)
    {
        IBackend backend = Backends.Create(backendName);
        foreach ((float[] row, double[] expected) in Rows.Where(r => r.Row.All(v => !float.IsFinite(v) || MathF.Abs(v) < 6e4f) || !backendName.Contains("fp16", StringComparison.Ordinal)))
        {
            // A good image beside it keeps its own values.
            Tensor actual = Predict(backend, new Tensor(new TensorShape(2, 4, 1, 1), (float[])[.. row, 1, 1, 1, 1]));
            AssertClose(expected, actual.Image(0), backend.Tolerance, string.Join(", ", row));
            AssertClose([0.25, 0.25, 0.25, 0.25], actual.Image(1), backend.Tolerance, $"beside {string.Join(", ", row)}");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Behind_a_classifier_its_sums_keep_their_digits(string backendName)
    {
        // Logits near 40 are multiples of 0.25 in bf16.
        GraphBuilder builder = new(2);
        LayerNode logits = builder.Add("fc", new Linear(2, 3), builder.Add("pool", new GlobalAveragePool(), builder.Input));
        builder.Add("softmax", new Softmax(), logits);
        LayerGraph graph = builder.Build();
        using Model model = Networks.Create(graph, new Dictionary<string, Tensor>
        {
            ["fc.weight"] = new(new TensorShape(3, 2), (float[])[32, 8, 32, 8, 32, 8]),
            ["fc.bias"] = new(new TensorShape(3), (float[])[0, 0.0625f, 0.125f]),
        });
        using Session session = new(model, Backends.Create(backendName));
        Dictionary<string, float[]> seen = [];
        session.Observe("fc", (in Observation o) => seen["fc"] = o.Values.ToArray());
        Tensor actual = session.Predict(new Tensor(new TensorShape(1, 2, 1, 1), (float[])[1, 1]));
        Assert.Equal((float[])[40, 40.0625f, 40.125f], seen["fc"]);
        AssertClose([0.31273035405298855, 0.3328997290248266, 0.35436991692218484], actual, Tolerance.For("cuda fp32"), "logits near 40");
    }

    /// <summary>An observed sum is published in fp32 by a GPU; what reads it reads what is stored, as it does where nobody observes.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Observing_what_it_reads_changes_no_bit(string backend)
    {
        GraphBuilder builder = new(5);
        LayerNode left = builder.Add("left", new GlobalAveragePool(), builder.Input);
        LayerNode right = builder.Add("right", new GlobalAveragePool(), builder.Add("relu", new ReLU(), builder.Input));
        builder.Add("softmax", new Softmax(), builder.Add("sum", new Add(), left, right));
        AssertObservingChangesNothing(builder.Build(), backend);

        GraphBuilder heads = new(5);
        LayerNode pool = heads.Add("pool", new GlobalAveragePool(), heads.Input);
        LayerNode first = heads.Add("first", new Linear(5, 7), pool), second = heads.Add("second", new Linear(5, 7), pool);
        heads.Add("softmax", new Softmax(), heads.Add("sum", new Add(), first, second));
        AssertObservingChangesNothing(heads.Build(), backend);
    }

    private static void AssertObservingChangesNothing(LayerGraph graph, string backend)
    {
        Tensor input = Formula.Uniform("x", new TensorShape(2, 5, 3, 4));
        Dictionary<string, Tensor> observed = Networks.Run(graph, input, Backends.Create(backend));
        using Model model = Networks.Create(graph);
        using Session session = new(model, Backends.Create(backend));
        Bits.AssertSame(session.Predict(input).Values, observed["output"].Values, "the output, observed");
        Bits.AssertSame(observed["output"].Values, observed["softmax"].Values, "the last layer");
    }

    /// <summary>NaN exactly where it is expected, which a comparison never passes.</summary>
    private static void AssertClose(double[] expected, Tensor actual, Tolerance tolerance, string what)
    {
        if (expected.All(double.IsNaN))
        {
            Assert.All(actual.Values.ToArray(), v => Assert.True(float.IsNaN(v), what));
            return;
        }

        TensorComparison comparison = TensorComparison.Compare(actual.Shape, actual.Values, new TensorShape(1, expected.Length), expected, tolerance);
        Assert.True(comparison.Passed, $"{what}: {comparison}");
    }

    private static Tensor Predict(IBackend backend, Tensor input)
    {
        GraphBuilder builder = new(input.Shape.Channels);
        builder.Add("softmax", new Softmax(), builder.Add("vector", new GlobalAveragePool(), builder.Input));
        using Model model = Networks.Create(builder.Build());
        using Session session = new(model, backend);
        return session.Predict(input);
    }
}

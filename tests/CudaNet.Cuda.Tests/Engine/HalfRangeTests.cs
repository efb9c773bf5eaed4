using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Reference;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Checkpoints whose weights, statistics or values leave fp16's range: right in every layer, or refused in one sentence; never infinite.</summary>
public sealed class HalfRangeTests
{
    private static readonly Tensor Input = Formula.Input(2, 3, 32, 32);

    /// <summary>Convolutions as if trained on other units: their results would be beyond 65,504, or all zero.</summary>
    [Theory]
    [InlineData(1e5f)]
    [InlineData(1e3f)]
    [InlineData(1e-3f)]
    [InlineData(1e-8f)]
    public void Filters_of_any_magnitude(float factor) =>
        AssertRight(ScaledModels.Scale(TestModels.Tiny(), factor, "conv1", "layer1.0.conv1", "layer2.0.conv2", "layer3.0.downsample.0", "layer4.0.conv1"));

    /// <summary>A variance that nothing justifies: the layer is all but switched off.</summary>
    [Theory]
    [InlineData(1e10f)]
    [InlineData(1e-12f)]
    public void A_variance_of_any_magnitude(float variance) => AssertRight(ScaledModels.Change(TestModels.Tiny(), (name, values) =>
        name is "layer1.0.bn1.running_var" or "layer3.0.bn2.running_var" ? new Tensor(values.Shape, values.Values.ToArray().Select((v, i) => i % 2 == 0 ? variance : v).ToArray()) : values));

    /// <summary>Some filters dead, some alive, as trained checkpoints have them.</summary>
    [Fact]
    public void Filters_of_one_layer_that_differ() => AssertRight(ScaledModels.Change(TestModels.Tiny(), (name, values) =>
        name == "layer2.0.conv1.weight" ? Each(values, (v, k) => k switch { 0 => 0, 1 => v * 1e-9f, 2 => v * 1e-5f, 3 => v * 30, _ => v }) : values));

    [Theory]
    [InlineData(1e-9f)]
    [InlineData(1e7f)]
    public void A_classifier_of_any_magnitude(float factor) =>
        AssertRight(ScaledModels.Change(TestModels.Tiny(), (name, values) => name.StartsWith("fc.", StringComparison.Ordinal) ? ScaledModels.Times(values, factor) : values));

    /// <summary>A fully connected layer that another one reads is stored in fp16 before its rows' scaling is undone: it is raised no further than it needs.</summary>
    [Fact]
    public void A_hidden_layer_with_tiny_weights_and_large_inputs()
    {
        GraphBuilder builder = new(64);
        LayerNode hidden = builder.Add("fc1", new Linear(64, 32), builder.Add("pool", new GlobalAveragePool(), builder.Input));
        builder.Add("fc2", new Linear(32, 5), builder.Add("act", new ReLU(), hidden));
        using Model model = ScaledModels.Change(Networks.Create(builder.Build()), (name, values) => name == "fc1.weight" ? ScaledModels.Times(values, 1e-4f) : values);
        using EmulatedMachine machine = new();
        Tensor input = ScaledModels.Times(Formula.Input(2, 64, 3, 3), 10_000);
        CudaBackend backend = Half(machine);
        using Session half = new(model, backend), reference = new(model, new ReferenceBackend());
        TensorComparison comparison = TensorComparison.Compare(half.Predict(input), reference.Predict(input), backend.Tolerance);
        Assert.True(comparison.Passed, $"{comparison}");
    }

    /// <summary>Values that a half cannot hold, although the network says so: a run must not give them out for results.</summary>
    [Fact]
    public void Values_beyond_the_range_are_refused()
    {
        using Model model = ScaledModels.Change(TestModels.Tiny(), (name, values) => name is "bn1.weight" or "bn1.bias" ? ScaledModels.Times(values, 1e7f) : values);
        using EmulatedMachine machine = new();
        using (Session session = new(model, Half(machine)))
        {
            CudaNetException refused = Assert.Throws<CudaNetException>(() => session.Predict(Input));
            Assert.Contains("fp16", refused.Message, StringComparison.Ordinal);
            Assert.Contains("BFloat16", refused.Hint, StringComparison.Ordinal);
        }

        using Session wide = new(model, machine.Backend(new CudaOptions { Precision = ArithmeticPrecision.BFloat16 }));
        Assert.All(wide.Predict(Input).Values.ToArray(), v => Assert.True(float.IsFinite(v)));
    }

    /// <summary>NaN in is NaN out, as everywhere.</summary>
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(0)]
    public void An_input_that_is_no_number_is_no_fault_of_the_precision(long pinnedLimitBytes)
    {
        using Model model = TestModels.Tiny();
        using EmulatedMachine machine = new();
        CudaOptions options = new() { Precision = ArithmeticPrecision.Float16, PinnedLimitBytes = pinnedLimitBytes, Libraries = machine.Libraries.Load() };
        using Session session = new(model, new CudaBackend(options));
        float[] values = Input.Values.ToArray();
        values[5] = float.NaN;
        Assert.Contains(float.NaN, session.Predict(new Tensor(Input.Shape, values)).Values.ToArray());
    }

    /// <summary>The weights ask for one factor and the statistics for another.</summary>
    [Fact]
    public void Weights_and_results_further_apart_than_the_range() => AssertRight(ScaledModels.Change(TestModels.Tiny(), (name, values) => name switch
        {
            "layer1.0.conv1.weight" => ScaledModels.Times(values, 1e-4f),
            "layer1.0.bn1.running_var" => ScaledModels.Times(values, 1e18f),
            _ => values,
        }));

    /// <summary>A convolution's own values are read by two steps: they are stored as they are, and cannot be scaled.</summary>
    [Theory]
    [InlineData(1e6f)]
    [InlineData(1e-8f)]
    public void A_filter_that_cannot_be_scaled_is_refused_when_it_is_prepared(float factor)
    {
        GraphBuilder builder = new(3);
        LayerNode convolution = builder.Add("conv", new Conv2d(3, 8, 3, 3), builder.Input);
        builder.Add("add", new Add(), builder.Add("act", new ReLU(), convolution), convolution);
        using Model model = ScaledModels.Change(Networks.Create(builder.Build()), (_, values) => ScaledModels.Times(values, factor));
        using EmulatedMachine machine = new();
        CudaNetException refused = Assert.Throws<CudaNetException>(() => Half(machine).Prepare(model));
        Assert.Equal("conv", refused.Layer);
        Assert.Contains("fp16", refused.Message, StringComparison.Ordinal);
    }

    private static CudaBackend Half(EmulatedMachine machine) => machine.Backend(new CudaOptions { Precision = ArithmeticPrecision.Float16 });

    private static Tensor Each(Tensor values, Func<float, int, float> change)
    {
        int length = values.Values.Length / values.Shape[0];
        return new Tensor(values.Shape, values.Values.ToArray().Select((v, i) => change(v, i / length)).ToArray());
    }

    private static void AssertRight(Model made)
    {
        using Model model = made;
        using EmulatedMachine machine = new();
        Networks.AssertLikeReference(model, Input, Half(machine));
        Assert.Empty(machine.Findings);
    }
}

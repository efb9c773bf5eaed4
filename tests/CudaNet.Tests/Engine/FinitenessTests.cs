using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Engine;

/// <summary>NaN, infinities and negative variances are found where they are.</summary>
public sealed class FinitenessTests
{
    public static TheoryData<string> AllBackends => Backends.All;

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void The_first_is_found_at_every_place_of_every_length(float value)
    {
        for (int length = 0; length < 70; length++)
        {
            float[] values = [.. Enumerable.Range(0, length).Select(i => i % 2 == 0 ? float.MaxValue : -float.Epsilon)];
            Assert.Equal(-1, Finiteness.IndexOf(values));
            for (int at = length - 1; at >= 0; at--)
            {
                values[at] = value;
                Assert.Equal(at, Finiteness.IndexOf(values));
            }
        }
    }

    [Fact]
    public void Sound_weights_have_no_faults()
    {
        using Model model = TestModels.Tiny();
        Assert.Empty(Finiteness.FindFaults(model));
    }

    [Fact]
    public void Faults_are_listed_in_execution_order_with_their_place()
    {
        using Model model = With(("fc.weight", 33, float.NaN), ("fc.weight", 40, float.NaN), ("layer1.0.conv2.weight", 10, float.NegativeInfinity), ("bn1.running_var", 3, -0.25f), ("bn1.running_mean", 0, -0.25f));
        Assert.Equal(
            ["'bn1.running_var' is -0.25, a variance below 0, at [3]", "'layer1.0.conv2.weight' is -infinity at [0,1,0,1]", "'fc.weight' is NaN at [1,1], one of 2 such values"],
            Finiteness.FindFaults(model).Select(f => f.ToString()));
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void The_first_layer_whose_output_is_not_finite_is_found(string backend)
    {
        (string, int, float)[] faults = [("bn1.running_var", 3, -0.25f), ("layer1.0.conv2.weight", 10, float.NaN), ("layer2.0.bn1.weight", 0, float.PositiveInfinity), ("fc.bias", 2, float.NaN)];
        string[] layers = ["bn1", "layer1.0.conv2", "layer2.0.bn1", "fc"];
        foreach (((string, int, float) fault, string layer) in faults.Zip(layers))
        {
            using Model model = With(fault);
            using Session session = new(model, Backends.Create(backend));
            Assert.Equal(layer, Finiteness.FindFirst(session, Formula.Input(1, 3, 40, 52), TestContext.Current.CancellationToken)?.Name);
        }
    }

    [Fact]
    public void The_input_is_the_first_layer()
    {
        using Model model = TestModels.Tiny();
        using Session session = new(model, Backends.Create("reference"));
        Assert.Null(Finiteness.FindFirst(session, Formula.Input(1, 3, 40, 52), TestContext.Current.CancellationToken));
        float[] values = Formula.Input(1, 3, 40, 52).Values.ToArray();
        values[(40 * 52) + 53] = float.NaN;
        ValueFault fault = Finiteness.FindFirst(session, new Tensor(new TensorShape(1, 3, 40, 52), values), TestContext.Current.CancellationToken)!;
        Assert.Equal("'input' is NaN at [0,1,1,1]", fault.ToString());
    }

    private static Model With(params ReadOnlySpan<(string Name, int At, float Value)> faults)
    {
        using Model sound = TestModels.Tiny();
        Dictionary<string, Tensor> tensors = new(sound.Parameters.Tensors);
        foreach ((string name, int at, float value) in faults)
        {
            float[] values = tensors[name].Values.ToArray();
            values[at] = value;
            tensors[name] = new Tensor(tensors[name].Shape, values);
        }

        return new Model(sound.Graph, new ParameterSet(sound.Graph, tensors), sound.Metadata);
    }
}

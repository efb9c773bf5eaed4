using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Numerics;

/// <summary>A NaN spreads exactly as far as PyTorch spreads it: through ReLU and maxima, to the windows that hold it, to no other image.</summary>
public sealed class NaNTests
{
    public static TheoryData<string> AllBackends => Backends.All;

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Reaches_what_it_touches_and_nothing_else(string backend)
    {
        GraphBuilder builder = new(5);
        LayerNode value = builder.Add("act", new ReLU(), builder.Input);
        value = builder.Add("pool", new MaxPool2d(3, 2, 1), value);
        builder.Add("conv", new Conv2d(5, 5, 3, 3, Padding: 1, Groups: 5), value);
        LayerGraph graph = builder.Build();
        Dictionary<string, Tensor> weights = new() { ["conv.weight"] = Formula.Uniform("w", new TensorShape(5, 1, 3, 3)) };
        using Model model = new(graph, new ParameterSet(graph, weights), new ModelMetadata { Architecture = "test" });
        using Session session = new(model, Backends.Create(backend));
        float[] values = Formula.Uniform("x", new TensorShape(2, 5, 9, 9)).Values.ToArray();
        // Image 1, channel 2, row 4, column 4: only pooling window (2, 2) covers it, and that value reaches rows and columns 1 to 3.
        values[(((((1 * 5) + 2) * 9) + 4) * 9) + 4] = float.NaN;
        Dictionary<string, int[]> nans = [];
        foreach (string layer in (string[])["act", "pool", "conv"])
        {
            session.Observe(layer, (in Observation o) =>
            {
                List<int> at = [];
                for (int i = 0; i < o.Values.Length; i++)
                {
                    if (float.IsNaN(o.Values[i]))
                    {
                        at.Add(i);
                    }
                }

                nans[o.Name] = [.. at];
            });
        }

        session.Predict(new Tensor(new TensorShape(2, 5, 9, 9), values));
        Assert.Equal([(((7 * 9) + 4) * 9) + 4], nans["act"]);
        Assert.Equal([(((7 * 5) + 2) * 5) + 2], nans["pool"]);
        Assert.Equal([.. from y in Enumerable.Range(1, 3) from x in Enumerable.Range(1, 3) select (((7 * 5) + y) * 5) + x], nans["conv"]);
    }
}

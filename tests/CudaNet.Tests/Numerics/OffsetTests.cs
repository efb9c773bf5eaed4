using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Numerics;

/// <summary>A mean image where networks have it: between the input and the first convolution, the batch behind it flattened for a classifier.</summary>
public sealed class OffsetTests
{
    private static readonly LayerGraph Graph = Build();

    public static TheoryData<string> All => Backends.All;

    [Theory]
    [MemberData(nameof(All))]
    public void Before_a_convolution_all_layers_are_like_the_reference(string backend) =>
        Networks.AssertLikeReference(Graph, Formula.Uniform("x", new TensorShape(3, 3, 9, 8)), Backends.Create(backend));

    /// <summary>Each image of the batch has the whole constant image added, and nothing of another's.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void An_image_alone_has_the_bits_it_has_in_a_batch(string backend)
    {
        using Model model = Networks.Create(Graph);
        using Session session = new(model, Backends.Create(backend));
        Tensor batch = Formula.Uniform("x", new TensorShape(5, 3, 9, 8));
        Dictionary<string, float[]> whole = Run(session, batch);
        for (int i = 0; i < 5; i++)
        {
            foreach ((string layer, float[] alone) in Run(session, batch.Image(i)))
            {
                Bits.AssertSame(alone, whole[layer].AsSpan(i * alone.Length, alone.Length), $"{layer}, image {i} of 5");
            }
        }
    }

    private static Dictionary<string, float[]> Run(Session session, Tensor input)
    {
        Dictionary<string, float[]> outputs = [];
        ObserverHandle[] handles = [.. ((string[])["mean", "flat", "fc"]).Select(l => session.Observe(l, (in Observation o) => outputs[l] = o.Values.ToArray()))];
        session.Predict(input);
        Array.ForEach(handles, h => h.Dispose());
        return outputs;
    }

    private static LayerGraph Build()
    {
        GraphBuilder builder = new(3);
        LayerNode image = builder.Add("mean", new Offset(3, 9, 8), builder.Input);
        LayerNode act = builder.Add("act", new ReLU(), builder.Add("conv", new Conv2d(3, 10, 3, 3, Stride: 2, Padding: 1), image));
        builder.Add("fc", new Linear(10 * 5 * 4, 6), builder.Add("flat", new Flatten(), act));
        return builder.Build();
    }
}

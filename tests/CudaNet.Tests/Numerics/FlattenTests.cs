using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Numerics;

/// <summary>Flatten computes nothing: the bits of its input in the order of channels, rows and columns, as an observer sees both.</summary>
public sealed class FlattenTests
{
    public static TheoryData<string> All => Backends.All;

    [Theory]
    [MemberData(nameof(All))]
    public void Gives_the_bits_it_reads(string backend)
    {
        foreach (OperatorCase tested in OperatorCatalogue.Row(nameof(Flatten)).Cases)
        {
            GraphBuilder builder = new(tested.Input.Channels);
            LayerNode stored = builder.Add("stored", new MaxPool2d(1, 1), builder.Input);
            builder.Add("again", new Flatten(), builder.Add("again.pool", new MaxPool2d(1, 1), stored));
            builder.Add("flat", tested.Op, stored);
            float[] values = Formula.Uniform("x", tested.Input).Values.ToArray();
            values[^1] = float.NaN;
            values[0] = -0f;
            Dictionary<string, Tensor> seen = Networks.Run(builder.Build(), new Tensor(tested.Input, values), Backends.Create(backend));
            Assert.Equal(tested.Output, seen["flat"].Shape);
            Bits.AssertSame(seen["stored"].Values, seen["flat"].Values, $"{tested}");
            Bits.AssertSame(seen["stored"].Values, seen["again"].Values, $"{tested}, a second time");
        }
    }

    [Fact]
    public void A_vector_that_no_extent_counts_is_refused()
    {
        ShapeException exception = Assert.Throws<ShapeException>(() => new Flatten().InferShape([new TensorShape(0, 65_536, 256, 256)]));
        Assert.Contains("4294967296 values", exception.Message, StringComparison.Ordinal);
    }
}

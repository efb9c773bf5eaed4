using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Batch norm folded into filters and bias: exact but for one rounding, and left alone where the storage precision does not hold it.</summary>
public sealed class FoldedWeightTests
{
    private static readonly Tensor Input = Formula.Input(2, 3, 32, 32);

    private const string BeyondRange = ", not fused: its folded weights leave fp16's range";

    /// <summary>Convolutions as if trained on other units: folding undoes it, and no filter is scaled. Where epsilon is all that is left of the variance it does not.</summary>
    [Theory]
    [InlineData(1e5f, 0)]
    [InlineData(1e3f, 0)]
    [InlineData(1e-3f, 0)]
    [InlineData(1e-8f, 5)]
    public void Filters_of_any_magnitude(float factor, int layersSplit)
    {
        using Model model = ScaledModels.Scale(TestModels.Tiny(), factor, "conv1", "layer1.0.conv1", "layer2.0.conv2", "layer3.0.downsample.0", "layer4.0.conv1");
        AssertRight(model, Input, layersSplit);
    }

    /// <summary>A layer with some filters that are all but switched off stays fused: what they lose is nothing beside the others.</summary>
    [Theory]
    [InlineData(1e10f)]
    [InlineData(1e-12f)]
    public void A_variance_of_any_magnitude(float variance)
    {
        using Model model = ScaledModels.Change(TestModels.Tiny(), (name, values) =>
            name is "layer1.0.bn1.running_var" or "layer3.0.bn2.running_var" ? new Tensor(values.Shape, values.Values.ToArray().Select((v, i) => i % 2 == 0 ? variance : v).ToArray()) : values);
        AssertRight(model, Input, layersSplit: 0);
    }

    /// <summary>Large factors behind small values, and small factors behind large ones: the values are halves, the folded weights are not.</summary>
    [Theory]
    [InlineData(1e-3f, 2e5f, 1f)]
    [InlineData(1e3f, 1e-6f, 1e-3f)]
    public void A_layer_whose_folded_weights_no_half_holds_stays_split(float first, float second, float shift)
    {
        GraphBuilder graph = new(3);
        LayerNode value = graph.Add("bn1", new BatchNorm2d(8), graph.Add("conv1", new Conv2d(3, 8, 3, 3), graph.Input));
        value = graph.Add("bn2", new BatchNorm2d(8), graph.Add("conv2", new Conv2d(8, 8, 3, 3), graph.Add("act1", new ReLU(), value)));
        graph.Add("act2", new ReLU(), value);
        using Model model = ScaledModels.Change(Networks.Create(graph.Build()), (name, values) => name switch
        {
            "bn1.weight" or "bn1.bias" => ScaledModels.Times(values, first),
            "bn2.weight" => ScaledModels.Times(values, second),
            "bn2.bias" => ScaledModels.Times(values, shift),
            "bn2.running_mean" => ScaledModels.Times(values, 0),
            _ => values,
        });
        AssertRight(model, Formula.Input(2, 3, 9, 9), layersSplit: 1);
    }

    /// <summary>In double, and rounded once: a rounding to fp32 in between would show where it ends in the middle of two halves.</summary>
    [Theory]
    [InlineData(StoragePrecision.Float32)]
    [InlineData(StoragePrecision.Float16)]
    [InlineData(StoragePrecision.BFloat16)]
    public void Folded_values_are_rounded_once(StoragePrecision storage)
    {
        const int Filters = 4096;
        LayerGraph graph = Graph(Filters);
        LayerNode[] layers = [.. graph.Layers];
        Random random = new(5);
        using Model model = ScaledModels.Change(Networks.Create(graph), (name, values) => new Tensor(values.Shape, values.Values.ToArray().Select((v, i) => name switch
        {
            // Products whose fp32 value lies in the middle of two halves, and whose double does not.
            "conv.weight" => 1 + ((1 + (2 * random.Next(512))) * MathF.ScaleB(1, -11)),
            "bn.weight" => i % 2 == 0 ? 1 + MathF.ScaleB(1, -23) : 1 - MathF.ScaleB(1, -24),
            "bn.running_var" => 1 - (float)((BatchNorm2d)layers[1].Op).Epsilon,
            _ => v,
        }).ToArray()));
        BatchNorm2d op = (BatchNorm2d)layers[1].Op;
        LayerParameters convolution = model.Parameters.Of(layers[0]), norm = model.Parameters.Of(layers[1]);
        byte[] actual = StorageEncoding.Encode(new BatchNormFolding(convolution, op, norm, storage).Filters(), storage);
        for (int k = 0; k < Filters; k++)
        {
            double exact = convolution.Weight!.Values[k] * (norm.Weight!.Values[k] / Math.Sqrt(norm.RunningVar!.Values[k] + op.Epsilon));
            (double rounded, double step) = storage switch
            {
                StoragePrecision.Float32 => ((double)BitConverter.ToSingle(actual, k * 4), Math.ScaleB(1, Math.ILogB(exact) - 23)),
                StoragePrecision.Float16 => ((double)BitConverter.ToHalf(actual, k * 2), Math.ScaleB(1, Math.ILogB(exact) - 10)),
                _ => (BitConverter.Int32BitsToSingle(BitConverter.ToUInt16(actual, k * 2) << 16), Math.ScaleB(1, Math.ILogB(exact) - 7)),
            };
            Assert.True(Math.Abs(rounded - exact) <= step / 2, $"{exact:r} became {rounded:r}");
        }

        static LayerGraph Graph(int filters)
        {
            GraphBuilder builder = new(1);
            builder.Add("bn", new BatchNorm2d(filters), builder.Add("conv", new Conv2d(1, filters, 1, 1), builder.Input));
            return builder.Build();
        }
    }

    private static void AssertRight(Model model, Tensor input, int layersSplit)
    {
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend(new CudaOptions { Precision = ArithmeticPrecision.Float16, FusedConvolutions = true });
        Networks.AssertLikeReference(model, input, backend);
        using (PreparedModel prepared = backend.Prepare(model))
        using (Place place = prepared.CreatePlace(0))
        using (Executable executable = prepared.Load(Planner.Plan(model.Graph, input.Shape, [], backend.Layout), place))
        {
            string[] split = [.. executable.Choices.Select(c => c.Algorithm).Where(c => c.StartsWith("cuDNN", StringComparison.Ordinal) && !c.EndsWith(", fused", StringComparison.Ordinal))];
            Assert.Equal(layersSplit, split.Length);
            Assert.All(split, c => Assert.EndsWith(BeyondRange, c, StringComparison.Ordinal));
        }

        machine.AssertClean();
    }
}

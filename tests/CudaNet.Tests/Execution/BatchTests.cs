using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>Neither the rest of a batch, nor its size, nor the thread count changes a bit of an image's results.</summary>
public sealed class BatchTests
{
    public static TheoryData<string> AllBackends => Backends.All;

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void The_rest_of_a_batch_changes_no_bit(string name)
    {
        using Model model = TestModels.Create("resnet18");
        using Session session = new(model, Backends.Create(name));
        Tensor batch = Formula.Input(7, 3, 45, 38);
        Tensor swapped = new(batch.Shape, Enumerable.Range(0, 7).Reverse().SelectMany(i => batch.Image(i).Values.ToArray()).ToArray());
        string[] layers = ["layer1.0.conv1", "layer2.0.downsample.0", "layer3.1.bn2", "layer4", "global_pool", "fc"];
        Dictionary<string, float[]> Outputs(Tensor input)
        {
            Dictionary<string, float[]> outputs = [];
            ObserverHandle[] handles = [.. layers.Select(l => session.Observe(l, (in Observation o) => outputs[l] = o.Values.ToArray()))];
            session.Predict(input);
            Array.ForEach(handles, h => h.Dispose());
            return outputs;
        }

        Dictionary<string, float[]> whole = Outputs(batch), reversed = Outputs(swapped);
        for (int i = 0; i < 7; i++)
        {
            Dictionary<string, float[]> alone = Outputs(batch.Image(i));
            foreach (string layer in layers)
            {
                int length = alone[layer].Length;
                Bits.AssertSame(alone[layer], whole[layer].AsSpan(i * length, length), $"{layer}, image {i} of 7");
                Bits.AssertSame(alone[layer], reversed[layer].AsSpan((6 - i) * length, length), $"{layer}, image {i} of 7 in another place");
            }
        }
    }

    [Theory]
    [InlineData(SimdWidth.Bits128)]
    [InlineData(SimdWidth.Bits256)]
    [InlineData(SimdWidth.Bits512)]
    public void The_thread_count_changes_no_bit(SimdWidth width)
    {
        Assert.SkipUnless(SimdSupport.IsSupported(width), $"this process has no {width}");
        using Model model = TestModels.Create("resnet18");
        Tensor input = Formula.Input(2, 3, 75, 61);
        float[]? alone = null;
        foreach (int threads in (int[])[1, 2, 3, 5])
        {
            using Session session = new(model, new CpuBackend(new CpuOptions { SimdWidth = width, Threads = threads }));
            List<float> all = [];
            foreach (LayerNode layer in model.Graph.Layers)
            {
                session.Observe(layer.Name, (in Observation o) => all.AddRange(o.Values));
            }

            session.Predict(input);
            alone ??= [.. all];
            Bits.AssertSame(alone, all.ToArray(), $"all layers on {threads} threads");
        }
    }
}

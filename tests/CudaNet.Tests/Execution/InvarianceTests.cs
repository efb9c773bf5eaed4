using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>Observing changes nothing, and neither does the rest of a batch: equal bits, on every backend variant.</summary>
public sealed class InvarianceTests
{
    public static TheoryData<string> AllBackends => Backends.All;

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Observing_any_layers_changes_no_bit(string name)
    {
        using Model model = TestModels.Create("resnet18");
        IBackend backend = Backends.Create(name);
        using Session session = new(model, backend);
        int[] size = backend.Name == "reference" ? [33, 47] : [64, 64];
        foreach (int batch in (int[])[1, 3])
        {
            Tensor input = Formula.Input(batch, 3, size[0], size[1]);
            float[] bare = session.Predict(input).Values.ToArray();
            Dictionary<LayerNode, float[]> all = [];
            CheckSubset(session, input, model.Graph.Nodes, bare, (node, values) => all[node] = values);
            void SameAsAll(LayerNode node, float[] values) => AssertSameBits(all[node], values, $"{node} of {input.Shape}");
            foreach (LayerNode[] subset in Subsets(model.Graph, batch == 1 || backend.Name != "reference" ? 200 : 20))
            {
                CheckSubset(session, input, subset, bare, SameAsAll);
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Observing_all_layers_changes_no_bit_at_224(string name)
    {
        using Model model = TestModels.Create("resnet18");
        using Session session = new(model, Backends.Create(name));
        Tensor input = Formula.Input(1, 3, 224, 224);
        CheckSubset(session, input, model.Graph.Nodes, session.Predict(input).Values.ToArray(), (_, _) => { });
    }

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
                AssertSameBits(alone[layer], whole[layer].AsSpan(i * length, length), $"{layer}, image {i} of 7");
                AssertSameBits(alone[layer], reversed[layer].AsSpan((6 - i) * length, length), $"{layer}, image {i} of 7 in another place");
            }
        }
    }

    private static IEnumerable<LayerNode[]> Subsets(LayerGraph graph, int random)
    {
        foreach (LayerNode node in graph.Nodes)
        {
            yield return [node];
        }

        Random source = new(20);
        for (int i = 0; i < random; i++)
        {
            double share = source.NextDouble();
            yield return [.. graph.Nodes.Where(_ => source.NextDouble() < share)];
        }
    }

    private static void CheckSubset(Session session, Tensor input, IEnumerable<LayerNode> subset, float[] bare, Action<LayerNode, float[]> seen)
    {
        ObserverHandle[] handles = [.. subset.Select(n => session.Observe(n.Name, (in Observation o) => seen(o.Layer, o.Values.ToArray())))];
        Tensor logits = session.Predict(input);
        AssertSameBits(bare, logits.Values, $"logits of {input.Shape} with {handles.Length} layers observed, the first {handles.FirstOrDefault()?.Layer}");
        Array.ForEach(handles, h => h.Dispose());
    }

    private static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
            {
                Assert.Fail($"{what}: element {i} is {actual[i]:r}, without it {expected[i]:r}");
            }
        }
    }
}

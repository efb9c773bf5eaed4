using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>Observing changes nothing: equal bits, on every backend variant.</summary>
public sealed class ObservingTests
{
    public static TheoryData<string> AllBackends => Backends.All;

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Observing_any_layers_changes_no_bit(string name)
    {
        // The reference backend takes its time, and so do vectors that the processor lacks: the same graph with an eighth of the channels, on smaller images.
        IBackend backend = Backends.Create(name);
        bool isSlow = backend.Name == "reference" || (backend is CpuBackend cpu && !SimdSupport.IsSupported(cpu.SimdWidth));
        using Model model = isSlow ? TestModels.Create(TestModels.TinyConfig with { Depths = [2, 2, 2, 2] }) : TestModels.Create("resnet18");
        using Session session = new(model, backend);
        int[] size = isSlow ? [33, 47] : [64, 64];
        foreach (int batch in (int[])[1, 3])
        {
            Tensor input = Formula.Input(batch, 3, size[0], size[1]);
            float[] bare = session.Predict(input).Values.ToArray();
            Dictionary<LayerNode, float[]> all = [];
            CheckSubset(session, input, model.Graph.Nodes, bare, (node, values) => all[node] = values);
            void SameAsAll(LayerNode node, float[] values) => Bits.AssertSame(all[node], values, $"{node} of {input.Shape}");
            foreach (LayerNode[] subset in Subsets(model.Graph))
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

    private static IEnumerable<LayerNode[]> Subsets(LayerGraph graph)
    {
        foreach (LayerNode node in graph.Nodes)
        {
            yield return [node];
        }

        Random source = new(20);
        for (int i = 0; i < 200; i++)
        {
            double share = source.NextDouble();
            yield return [.. graph.Nodes.Where(_ => source.NextDouble() < share)];
        }
    }

    private static void CheckSubset(Session session, Tensor input, IEnumerable<LayerNode> subset, float[] bare, Action<LayerNode, float[]> seen)
    {
        ObserverHandle[] handles = [.. subset.Select(n => session.Observe(n.Name, (in Observation o) => seen(o.Layer, o.Values.ToArray())))];
        Tensor logits = session.Predict(input);
        Bits.AssertSame(bare, logits.Values, $"logits of {input.Shape} with {handles.Length} layers observed, the first {handles.FirstOrDefault()?.Layer}");
        Array.ForEach(handles, h => h.Dispose());
    }
}

using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Planning;

/// <summary>What a layout's precision and its promise to keep published values do to a plan.</summary>
public sealed class StorageTests
{
    private static readonly (LayerGraph Graph, TensorShape Input)[] Networks =
    [
        (ResNet.Build("resnet18"), new TensorShape(1, 3, 64, 64)),
        .. Enumerable.Range(0, 200).Select(RandomGraphs.Create),
    ];

    [Theory]
    [InlineData(StoragePrecision.Float32, 4)]
    [InlineData(StoragePrecision.Float16, 2)]
    [InlineData(StoragePrecision.BFloat16, 2)]
    public void A_value_takes_the_bytes_of_its_precision(StoragePrecision precision, int bytes)
    {
        TensorShape image = new(2, 17, 5, 3), vector = new(2, 17);
        Assert.Equal(2 * 17 * 5 * 3 * bytes, (StorageLayout.Dense with { Precision = precision }).Bytes(image));
        Assert.Equal(2 * 32 * 7 * 5 * bytes, (StorageLayout.Blocked16 with { Precision = precision }).Bytes(image));
        Assert.Equal(2 * 32 * bytes, (StorageLayout.Blocked16 with { Precision = precision }).Bytes(vector));
        foreach ((LayerGraph graph, TensorShape input) in Networks)
        {
            ExecutionPlan single = Planner.Plan(graph, input, [], StorageLayout.Blocked16);
            ExecutionPlan plan = Planner.Plan(graph, input, [], StorageLayout.Blocked16 with { Precision = precision });
            Assert.Equal(single.SlotBytes.Select(b => b / 4 * bytes), plan.SlotBytes);
        }
    }

    [Fact]
    public void A_published_value_that_is_kept_is_not_overwritten_to_the_end()
    {
        StorageLayout keeping = StorageLayout.Dense with { KeepsPublished = true };
        int sharing = 0;
        foreach ((LayerGraph graph, TensorShape input, LayerNode[] observed) in Cases())
        {
            ExecutionPlan kept = Planner.Plan(graph, input, observed, keeping);
            Assert.Empty(Overwritten(kept));
            Assert.Equal(observed.Distinct().OrderBy(n => n.Index), kept.Observed);
            sharing += Overwritten(Planner.Plan(graph, input, observed, StorageLayout.Dense)).Count();
        }

        Assert.True(sharing > 100, $"without the promise {sharing} published values shared a buffer with a later one: the cases show nothing");
    }

    [Fact]
    public void Keeping_changes_buffers_and_nothing_else()
    {
        StorageLayout keeping = StorageLayout.Dense with { KeepsPublished = true };
        foreach ((LayerGraph graph, TensorShape input, LayerNode[] observed) in Cases())
        {
            Assert.Equal(Planner.Plan(graph, input, [], StorageLayout.Dense).ToString(), Planner.Plan(graph, input, [], keeping).ToString());
            ExecutionPlan plain = Planner.Plan(graph, input, observed, StorageLayout.Dense), kept = Planner.Plan(graph, input, observed, keeping);
            Assert.Equal(Structure(plain), Structure(kept));
        }
    }

    /// <summary>Each layer alone, all together, and random sets.</summary>
    private static IEnumerable<(LayerGraph Graph, TensorShape Input, LayerNode[] Observed)> Cases()
    {
        Random random = new(9);
        foreach ((LayerGraph graph, TensorShape input) in Networks)
        {
            foreach (LayerNode node in graph.Nodes)
            {
                yield return (graph, input, [node]);
            }

            yield return (graph, input, [.. graph.Nodes]);
            double share = random.NextDouble();
            yield return (graph, input, [.. graph.Nodes.Where(_ => random.NextDouble() < share)]);
        }
    }

    /// <summary>Published values whose buffer a later step, or another stage of the same one, writes to.</summary>
    private static IEnumerable<LayerNode> Overwritten(ExecutionPlan plan)
    {
        PlanStage[] stages = [.. plan.Steps.SelectMany(s => s.Stages).Where(s => s.Stored is not null)];
        return stages.Where((stage, index) => stage.IsObserved && stages.Skip(index + 1).Any(later => later.Stored!.Slot == stage.Stored!.Slot)).Select(s => s.Node);
    }

    private static IEnumerable<(LayerNode, LayerNode?, string)> Structure(ExecutionPlan plan) =>
        plan.Steps.Select(s => (s.Input.Node, s.Residual?.Node, string.Join(',', s.Stages.Select(t => $"{t.Node} {t.IsObserved} {t.Stored is not null}"))));
}

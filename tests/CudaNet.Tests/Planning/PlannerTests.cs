using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Planning;

public sealed class PlannerTests
{
    public static TheoryData<string, string, string, string> ApprovedPlans => new()
    {
        { "resnet18", "1x3x224x224", "", "nchw" },
        { "resnet18", "1x3x224x224", "", "nchw16c" },
        { "resnet18", "8x3x128x128", "global_pool,layer1.1.bn2,layer2.0.downsample.1,input", "nchw16c" },
        { "resnet50", "1x3x224x224", "layer3.0.conv2,layer4", "nchw16c" },
    };

    [Theory]
    [MemberData(nameof(ApprovedPlans))]
    public void Text_is_as_approved(string network, string shape, string observed, string storage)
    {
        string name = $"{network}-{shape}-{storage}{(observed.Length == 0 ? "" : "-observed")}.txt";
        LayerGraph graph = ResNet.Build(network);
        LayerNode[] layers = [.. observed.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(graph.Find)];
        Approved.Check($"plans/{name}", Planner.Plan(graph, Shape(shape), layers, Storage(storage)).ToString());
    }

    [Fact]
    public void Every_layer_runs_once_and_every_residual_sum_is_fused()
    {
        LayerGraph graph = ResNet.Build("resnet50");
        ExecutionPlan plan = Planner.Plan(graph, Shape("1x3x64x64"), [], StorageLayout.Dense);
        Assert.Equal(graph.Layers, plan.Steps.SelectMany(s => s.Stages).Select(s => s.Node));
        Assert.DoesNotContain(plan.Steps, s => s.Head.Node.Op is BatchNorm2d or Add or ReLU);
    }

    [Fact]
    public void Observers_change_what_is_stored_and_nothing_else()
    {
        LayerGraph graph = ResNet.Build("resnet34");
        ExecutionPlan bare = Planner.Plan(graph, Shape("2x3x64x64"), [], StorageLayout.Dense);
        ExecutionPlan all = Planner.Plan(graph, Shape("2x3x64x64"), graph.Nodes, StorageLayout.Dense);
        Assert.Equal(
            bare.Steps.Select(s => (s.Input.Node, s.Residual?.Node, Names: string.Join(",", s.Stages.Select(t => t.Node)))),
            all.Steps.Select(s => (s.Input.Node, s.Residual?.Node, Names: string.Join(",", s.Stages.Select(t => t.Node)))));
        Assert.All(all.Steps.SelectMany(s => s.Stages), s => Assert.True(s.IsObserved && s.Stored is not null));
    }

    [Fact]
    public void A_layout_that_does_not_store_what_is_published_stores_what_steps_read()
    {
        LayerGraph graph = ResNet.Build("resnet34");
        ExecutionPlan bare = Planner.Plan(graph, Shape("2x3x64x64"), [], StorageLayout.Blocked16);
        ExecutionPlan all = Planner.Plan(graph, Shape("2x3x64x64"), graph.Nodes, StorageLayout.Blocked16);
        Assert.Equal(bare.SlotBytes, all.SlotBytes);
        Assert.Equal(bare.Steps.SelectMany(s => s.Stages).Select(s => s.Stored), all.Steps.SelectMany(s => s.Stages).Select(s => s.Stored));
        Assert.All(all.Steps.SelectMany(s => s.Stages), s => Assert.True(s.IsObserved));
        Assert.Contains("publishes layer1.0.bn1 2×64×16×16\n", all.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Replays a plan with the buffers as tokens: whoever reads a buffer must find there the value that the plan says.</summary>
    [Fact]
    public void No_value_is_overwritten_while_it_is_needed()
    {
        (LayerGraph Graph, TensorShape Input)[] networks =
        [
            (ResNet.Build("resnet18"), Shape("1x3x64x64")),
            (ResNet.Build("resnet50"), Shape("1x3x64x64")),
            .. Enumerable.Range(0, 200).Select(RandomGraphs.Create),
        ];
        Random random = new(7);
        for (int round = 0; round < 5 * networks.Length; round++)
        {
            (LayerGraph graph, TensorShape input) = networks[round % networks.Length];
            double share = random.NextDouble();
            LayerNode[] observed = [.. graph.Nodes.Where(_ => random.NextDouble() < share)];
            ExecutionPlan plan = Planner.Plan(graph, input, observed, StorageLayout.Blocked16 with { StoresPublished = round % 2 == 0 });
            LayerNode?[] slots = new LayerNode?[plan.SlotBytes.Count];
            foreach (PlanStep step in plan.Steps)
            {
                Assert.All((PlanValue?[])[step.Input, step.Residual], v => Assert.True(v?.Slot is not { } slot || slots[slot] == v.Node));
                PlanValue[] stored = [.. step.Stages.Select(s => s.Stored).OfType<PlanValue>()];
                Assert.All(stored, v => Assert.True(plan.SlotBytes[v.Slot!.Value] >= plan.Layout.Bytes(v.Shape)));
                int[] written = [.. stored.Select(v => v.Slot!.Value)];
                Assert.Equal(written.Length, written.Distinct().Count());
                Assert.DoesNotContain(written, slot => slot == step.Input.Slot || slot == step.Residual?.Slot);
                foreach (PlanValue value in stored)
                {
                    slots[value.Slot!.Value] = value.Node;
                }
            }

            Assert.Equal(graph.Output, plan.Output.Node);
            Assert.Equal(graph.Output, slots[plan.Output.Slot!.Value]);
        }
    }

    [Fact]
    public void A_graph_of_any_structure_gets_steps_for_what_cannot_be_fused()
    {
        GraphBuilder builder = new(3);
        LayerNode norm = builder.Add("norm", new BatchNorm2d(3), builder.Input);
        LayerNode act = builder.Add("act", new ReLU(), norm);
        LayerNode conv = builder.Add("conv", new Conv2d(3, 3, 3, 3, Padding: 1, Bias: true), act);
        LayerNode twice = builder.Add("twice", new Add(), conv, conv);
        builder.Add("sum", new Add(), twice, norm);
        ExecutionPlan plan = Planner.Plan(builder.Build(), Shape("1x3x9x9"), [], StorageLayout.Dense);
        Assert.Equal(["norm+act", "conv", "twice", "sum"], plan.Steps.Select(s => string.Join('+', s.Stages.Select(t => t.Node))));
    }

    [Fact]
    public void A_layer_of_another_graph_is_refused()
    {
        LayerNode stranger = ResNet.Build("resnet18").Find("fc");
        CudaNetException exception = Assert.Throws<CudaNetException>(() => Planner.Plan(ResNet.Build("resnet18"), Shape("1x3x64x64"), [stranger], StorageLayout.Dense));
        Assert.Equal("fc", exception.Layer);
    }

    private static TensorShape Shape(string text) => new([.. text.Split('x').Select(int.Parse)]);

    private static StorageLayout Storage(string name) => name == "nchw" ? StorageLayout.Dense : StorageLayout.Blocked16;
}

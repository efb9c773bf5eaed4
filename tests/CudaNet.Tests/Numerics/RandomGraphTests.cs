using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Numerics;

/// <summary>Graphs that are no ResNets: any operator after any other, odd shapes, values read several times, branches that nothing reads.</summary>
public sealed class RandomGraphTests
{
    public static TheoryData<string> Judged => Backends.Judged;

    public static TheoryData<string> AllBackends => Backends.All;

    [Theory]
    [MemberData(nameof(Judged))]
    public void Every_layer_is_like_the_reference(string name)
    {
        IBackend backend = Backends.Create(name);
        for (int seed = 0; seed < RandomGraphs.Count; seed++)
        {
            (LayerGraph graph, TensorShape shape) = RandomGraphs.Create(seed);
            Networks.AssertLikeReference(graph, Formula.Uniform("input", shape), backend);
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void The_output_is_the_last_layers_and_observers_change_no_bit_of_it(string name)
    {
        IBackend backend = Backends.Create(name);
        for (int seed = 0; seed < RandomGraphs.Count; seed++)
        {
            (LayerGraph graph, TensorShape shape) = RandomGraphs.Create(seed);
            Tensor input = Formula.Uniform("input", shape);
            Dictionary<string, Tensor> observed = Networks.Run(graph, input, backend);
            using Model model = Networks.Create(graph);
            using Session session = new(model, backend);
            Bits.AssertSame(observed[graph.Output.Name].Values, session.Predict(input).Values, $"output of graph {seed}");
            Bits.AssertSame(observed[graph.Output.Name].Values, observed["output"].Values, $"output of graph {seed}, observed");
        }
    }

    /// <summary>What was dropped without being disposed goes with the garbage, and an executable alone keeps its weights alive.</summary>
    [Fact]
    public void An_executable_alone_keeps_what_it_needs()
    {
        LayerGraph graph = ResNet.Build(TestModels.TinyConfig);
        Tensor input = Formula.Input(1, 3, 40, 52);
        using Executable executable = Orphan(graph, input.Shape);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        float[] logits = new float[5];
        executable.Start(input.Values);
        executable.Finish(logits);
        using Model model = TestModels.Tiny();
        using Session session = new(model, new CpuBackend());
        Bits.AssertSame(session.Predict(input).Values, logits, "logits of an executable whose model was dropped");
        executable.Dispose();
        Assert.Throws<ObjectDisposedException>(() => executable.Start(input.Values));
    }

    private static Executable Orphan(LayerGraph graph, TensorShape shape)
    {
        CpuBackend backend = new();
        PreparedModel prepared = backend.Prepare(graph, Formula.Parameters(graph));
        return prepared.Load(Planner.Plan(graph, shape, [], backend.Layout), prepared.CreatePlace(0));
    }
}

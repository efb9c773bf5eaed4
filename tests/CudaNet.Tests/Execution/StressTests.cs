using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>Everything at once, in an order drawn from a seed; <c>CUDANET_STRESS_SECONDS</c> says how long. Alone: it takes every core.</summary>
[Collection(nameof(Alone))]
public sealed class StressTests : NullSessionTest
{
    [Fact]
    public void Sessions_stand_everything_at_once()
    {
        UseBackend(new NullOptions(ExclusivePlaces: true));
        using PreparedModel model = Prepare();
        using SessionStress stress = new(model, [.. Enumerable.Range(0, 6).Select(i => NullValues.Input(i, 1, 3, 2 + (i % 2), 2))], seed: 1);
        stress.Run();
    }

    [Fact]
    public void Sessions_that_compute_stand_everything_at_once()
    {
        using Model tiny = TestModels.Tiny();
        using PreparedModel model = new CpuBackend(new CpuOptions { Threads = 3 }).Prepare(tiny);
        using SessionStress stress = new(model, Images(6), seed: 2);
        stress.Run();
    }

    [Fact]
    public void Eight_threads_with_their_own_images_and_layers_get_what_they_would_get_alone()
    {
        const int threads = 8, requests = 200;
        using Model tiny = TestModels.Tiny();
        using PreparedModel model = new CpuBackend(new CpuOptions { Threads = 2 }).Prepare(tiny);
        StressCases cases = new(model, Images(threads));
        using Session session = new(model, new InferenceOptions { MaxConcurrentRuns = 4 });
        int results = 0, heard = 0;
        int[] done = new int[threads];
        StressWatch watch = new(threads);
        using ObserverHandle attached = session.Observe("layer2", (in Observation o) =>
        {
            cases.Check((int)o.Tag!, in o);
            Interlocked.Increment(ref heard);
        });
        watch.Run(() => done.All(d => d >= requests), worker =>
        {
            watch.Note(worker, $"request {done[worker]}");
            if (done[worker] == requests)
            {
                Thread.Sleep(1);
                return;
            }

            string[] layers = [.. model.Graph.Nodes.Where(n => n.Index % threads == worker).Select(n => n.Name)];
            LayerOutputs outputs = session.Extract(cases.Inputs[worker], layers, tag: worker);
            Assert.Equal(layers, outputs.Layers.OrderBy(l => l.Index).Select(l => l.Name));
            Assert.All(outputs.Layers, l => cases.Check(worker, l, outputs[l].Values));
            cases.CheckOutput(worker, outputs.Output.Values);
            Interlocked.Increment(ref results);
            done[worker]++;
        });
        Assert.Equal((threads * requests, threads * requests), (results, heard));
    }

    /// <summary>Different images, of two sizes.</summary>
    private static Tensor[] Images(int count) => [.. Enumerable.Range(0, count).Select(i => Formula.Uniform($"image {i}", new TensorShape(1, 3, 32 + (i % 2), 32)))];
}

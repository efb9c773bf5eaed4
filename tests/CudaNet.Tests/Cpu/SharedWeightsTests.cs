using System.Diagnostics;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Sessions on one prepared model have one set of weights and one pool of threads. Alone: it counts the process's threads.</summary>
[Collection(nameof(Alone))]
public sealed class SharedWeightsTests
{
    private const int Sessions = 8;
    private const int Threads = 5;

    [Fact]
    public void Eight_sessions_have_one_set_of_weights_and_one_pool()
    {
        NativeAllocator allocator = new();
        using Model model = TestModels.Create("resnet18");
        Tensor input = Formula.Input(1, 3, 33, 40);
        float[] expected = Alone(model, input);
        AwaitAbandonedPools();
        int before = PoolThreads();
        using PreparedModel prepared = new CpuBackend(new CpuOptions { Threads = Threads }, allocator).Prepare(model);
        Session[] sessions = [.. Enumerable.Range(0, Sessions).Select(_ => new Session(prepared))];
        Assert.Equal(prepared.Bytes, allocator.LiveBytes);
        Parallel.ForEach(sessions, new ParallelOptions { MaxDegreeOfParallelism = Sessions }, session =>
        {
            for (int i = 0; i < 5; i++)
            {
                Bits.AssertSame(expected, session.Predict(input).Values, "logits on shared weights");
            }
        });
        Assert.Equal(Threads - 1, PoolThreads() - before);
        Assert.All(sessions, s => Assert.Equal(prepared.Bytes, s.Memory.WeightBytes));
        Assert.True(allocator.LiveBytes < 2 * prepared.Bytes, $"{allocator.LiveBytes} bytes for {Sessions} sessions on {prepared.Bytes} of weights");
        prepared.Dispose();
        foreach (Session session in sessions)
        {
            Bits.AssertSame(expected, session.Predict(input).Values, "logits after the prepared model was disposed of");
            session.Dispose();
        }

        Assert.Equal(0, allocator.LiveBytes);
        AwaitEnded(before);
        Assert.Equal(before, PoolThreads());
    }

    [Fact]
    public void A_form_of_weights_is_made_once_whoever_loads_at_once_and_a_failed_one_again()
    {
        NativeAllocator allocator = new();
        using WeightForms forms = new(allocator, transformedLimit: 0);
        LayerNode layer = ResNet.Build(TestModels.TinyConfig).Nodes[1];
        Assert.Throws<InvalidDataException>(() => forms.GetOrAdd<string>(layer, "a", _ => throw new InvalidDataException()));
        int made = 0;
        string Make(NativeArena arena)
        {
            arena.Allocate(100, "a form");
            Thread.Sleep(5);
            return $"{Interlocked.Increment(ref made)}";
        }

        Parallel.For(0, 32, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => Assert.Equal(i % 2 == 0 ? "a" : "b", i % 2 == 0 ? Get("a") : Get("b")));
        string Get(string algorithm)
        {
            Assert.Same(forms.GetOrAdd(layer, algorithm, Make), forms.Get<string>(layer, algorithm));
            return algorithm;
        }

        Assert.Equal(2, made);
        Assert.Equal(allocator.LiveBytes, forms.Bytes);
    }

    /// <summary>What one load transforms is transformed once, however many shapes are loaded at once.</summary>
    [Fact]
    public void Loading_for_other_shapes_and_observers_makes_no_more_weights()
    {
        NativeAllocator allocator = new();
        using Model model = TestModels.Tiny();
        using PreparedModel prepared = new CpuBackend(new CpuOptions { Threads = 1 }, allocator).Prepare(model);
        using PreparedModel once = new CpuBackend(new CpuOptions { Threads = 1 }).Prepare(model);
        Load(once, 0);
        Parallel.For(0, 16, i => Load(prepared, i));
        Assert.Equal((once.Bytes, once.Bytes), (prepared.Bytes, allocator.LiveBytes));

        void Load(PreparedModel weights, int i)
        {
            ExecutionPlan plan = Planner.Plan(model.Graph, new TensorShape(1, 3, 32 + i, 40), [model.Graph.Nodes[i]], weights.Backend.Layout);
            using Place place = weights.CreatePlace(i);
            using Executable executable = weights.Load(plan, place);
            Assert.Equal(plan.Steps.Count, executable.Choices.Count);
        }
    }

    private static float[] Alone(Model model, Tensor input)
    {
        using Session session = new(model, new CpuBackend(new CpuOptions { Threads = 1 }));
        return session.Predict(input).Values.ToArray();
    }

    /// <summary>What earlier tests dropped would end in the midst of the count.</summary>
    private static void AwaitAbandonedPools()
    {
        for (int pass = 0, last = -1; pass < 50 && last != PoolThreads(); pass++)
        {
            last = PoolThreads();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(50);
        }
    }

    /// <summary>A thread that was waited for may stand in the system's list for a moment still.</summary>
    private static void AwaitEnded(int expected)
    {
        for (int pass = 0; pass < 200 && PoolThreads() > expected; pass++)
        {
            Thread.Sleep(20);
        }
    }

    /// <summary>The threads of pools, by the name that the system shows of them.</summary>
    private static int PoolThreads() =>
        Directory.Exists("/proc/self/task")
            ? Directory.EnumerateDirectories("/proc/self/task").Count(t => File.Exists($"{t}/comm") && File.ReadAllText($"{t}/comm").StartsWith("CudaNet cpu", StringComparison.Ordinal))
            : Process.GetCurrentProcess().Threads.Count;
}

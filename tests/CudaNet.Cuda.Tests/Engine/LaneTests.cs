using System.Diagnostics;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Several runs at once, each in a lane of its own, in whatever order threads and device come: every run that ends has the bits of a run alone.</summary>
public sealed class LaneTests(ITestOutputHelper output)
{
    private static int Seeds => Endurance.IsAsked ? 1000 : 25;

    /// <summary>Two sessions on one prepared model, with fewer executables than they have uses for; four threads that do everything a session allows.</summary>
    [Fact]
    public void Runs_of_all_kinds_at_once_have_the_bits_of_runs_alone()
    {
        Stopwatch watch = Stopwatch.StartNew();
        long ended = 0, broken = 0, calls = 0;
        for (int seed = 1; seed <= Seeds; seed++)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Seed = seed });
            CudaBackend backend = machine.Backend(new CudaOptions { Graph = seed % 4 == 0 ? CudaGraphs.Off : CudaGraphs.On, DeviceLimitBytes = seed % 3 == 0 ? 0 : 1 << 20 });
            using (LaneSweep sweep = new(backend, seed))
            {
                sweep.Run();
                (ended, broken) = (ended + sweep.Ended, broken + sweep.Broken);
            }

            Assert.True(machine.Findings.Count == 0, $"seed {seed}: {string.Join("; ", machine.Findings)}");
            Assert.True(machine.Leaks.Count == 0, $"seed {seed}: {string.Join("; ", machine.Leaks)}");
            calls += machine.Calls.Total;
        }

        Assert.True(ended > 5 * Seeds && broken > Seeds, $"{ended} runs ended, {broken} broke off");
        output.WriteLine($"{Seeds:n0} seeds, {ended:n0} runs that ended, {broken:n0} that broke off, {calls:n0} calls, {watch.Elapsed.TotalSeconds:f1} s");
    }

    /// <summary>An executable whose runs nobody waited for waits for its lane when it goes, and the lane may be in the midst of another one's capture.</summary>
    [Fact]
    public async Task An_executable_that_goes_leaves_the_capture_of_its_lane_alone()
    {
        using EmulatedMachine machine = new();
        PlantedLibraries libraries = new(machine);
        CudaBackend backend = new(new CudaOptions { Libraries = libraries.Libraries });
        using (Session session = SmallNetwork.Open(backend, new InferenceOptions { MaxConcurrentRuns = 2, MaxExecutables = 3 }))
        using (DeviceCaller caller = new(backend, SmallNetwork.Shape, new TensorShape(1, 5)))
        using (DeviceBinding binding = caller.Bind(DeviceInput.Planes(caller.InputAddress, SmallNetwork.Shape), caller.Events))
        {
            // The first lane has an executable that will go, the second one a run.
            caller.Put(SmallNetwork.Input().Values);
            session.Enqueue(binding);
            InferenceRun other = session.Start(SmallNetwork.Input());
            using ManualResetEventSlim isGone = new();
            Task? another = null;
            libraries.Captured = () =>
            {
                libraries.Captured = null;
                another = Patience.OnThread(() =>
                {
                    other.Dispose();
                    session.Predict(SmallNetwork.Input(3));
                    isGone.Set();
                });
                isGone.Wait(Patience.Glance);
            };
            float[] first = SmallNetwork.Run(session, 2);
            await another!;
            Assert.DoesNotContain(session.Loaded, l => !l.PassText!.StartsWith("one launch of a graph", StringComparison.Ordinal) && l.InputShape.Batch != 1);
            Bits.AssertSame(first, SmallNetwork.Run(session, 2), "a replay");
        }

        machine.AssertClean();
    }

    [Theory]
    [InlineData(CudaGraphs.On)]
    [InlineData(CudaGraphs.Off)]
    public void A_pulled_run_may_be_abandoned_from_another_thread_at_any_layer(CudaGraphs graph)
    {
        using EmulatedMachine machine = new();
        using (Session session = SmallNetwork.Open(machine.Backend(new CudaOptions { Graph = graph }), new InferenceOptions { MaxConcurrentRuns = 2 }))
        {
            string[] layers = [.. SmallNetwork.Graph.Nodes.Select(n => n.Name)];
            session.Prepare(SmallNetwork.Shape, layers, copies: 2);
            float[] expected = SmallNetwork.Run(session, 1, layers);
            for (int stage = 0; stage <= layers.Length; stage++)
            {
                using InferenceRun run = session.Start(SmallNetwork.Input(), layers), beside = session.Start(SmallNetwork.Input(), layers);
                for (int i = 0; i < stage; i++)
                {
                    Assert.True(run.Next(out _));
                }

                Patience.Elsewhere(run.Abandon);
                Assert.Throws<OperationCanceledException>(() => run.Next(out _));
                Bits.AssertSame(expected.AsSpan(0, 5), beside.Output, $"beside a run that was abandoned at stage {stage}");
            }

            Bits.AssertSame(expected, SmallNetwork.Run(session, 1, layers), "afterwards");
        }

        machine.AssertClean();
    }

    [Fact]
    public async Task A_session_may_be_disposed_of_while_other_threads_replay()
    {
        const int Threads = 3;
        string[] layers = [.. SmallNetwork.Graph.Nodes.Select(n => n.Name)];
        for (int seed = 1; seed <= (Endurance.IsAsked ? 200 : 5); seed++)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Seed = seed });
            Session session = SmallNetwork.Open(machine.Backend(), new InferenceOptions { MaxConcurrentRuns = Threads });
            session.Prepare(SmallNetwork.Shape, layers, copies: Threads);
            float[] expected = SmallNetwork.Run(session, 1, layers)[..5];
            int begun = 0;
            Task[] pulling = [.. Enumerable.Range(0, Threads).Select(_ => Patience.OnThread(() =>
            {
                try
                {
                    while (true)
                    {
                        using InferenceRun run = session.Start(SmallNetwork.Input(), layers);
                        Interlocked.Increment(ref begun);
                        Bits.AssertSame(expected, run.Output, $"seed {seed}");
                    }
                }
                catch (ObjectDisposedException)
                {
                    // Where the session ended.
                }
            }))];
            Patience.Until(() => Volatile.Read(ref begun) >= seed * 2 % 13, "runs");
            session.Dispose();
            await Task.WhenAll(pulling).WaitAsync(Patience.Limit);
            machine.AssertClean();
        }
    }
}

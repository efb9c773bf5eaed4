using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>
/// What an engine with two streams, marks and graphs may get wrong, planted between it and the driver: each is found by a finding, an answer, a pass that says
/// why it is no graph, or other bits. The same program without the fault is clean.
/// </summary>
public sealed class PlantedFaultTests
{
    /// <summary>How many orders of the device's work are tried until a fault shows; it must under one of them.</summary>
    private const int Seeds = 20;

    private static readonly string[] Layers = [.. SmallNetwork.Graph.Nodes.Select(n => n.Name)];

    private static readonly Lazy<float[]> Expected = new(() =>
    {
        using EmulatedMachine machine = new();
        using Session session = SmallNetwork.Open(machine.Backend());
        return SmallNetwork.Run(session, 1, Layers);
    });

    /// <summary>Such a mark is no node: nobody ever launches a graph that lacks it.</summary>
    [Fact]
    public void A_mark_without_EXTERNAL_makes_no_graph()
    {
        Outcome outcome = Run(1, p => p.DropsExternal = true);
        Assert.StartsWith("call by call: the graph has ", outcome.PassText, StringComparison.Ordinal);
        Assert.Equal("", outcome.Wrong);
    }

    [Fact]
    public void A_mark_with_EXTERNAL_outside_a_capture_is_refused()
    {
        Outcome outcome = Run(1, p => p.AddsExternal = true);
        Assert.Contains("cuEventRecord() answered CUDA_ERROR_INVALID_VALUE (1)", outcome.Thrown, StringComparison.Ordinal);
        Assert.NotEmpty(outcome.Findings);
    }

    /// <summary>Later layers are stored over what was published: without the wait for its copy, before it was read.</summary>
    [Theory]
    [InlineData(CudaGraphs.On)]
    [InlineData(CudaGraphs.Off)]
    public void A_slot_that_is_stored_over_before_its_copy_is_found(CudaGraphs graph)
    {
        CudaOptions options = new() { DeviceLimitBytes = 0, Graph = graph };
        int waits = 0;
        Assert.Equal("", Run(1, p => p.DropsLaneWait = n => (waits = n) < 0, options, runs: 1).Wrong);
        int each = (waits + 1) / (graph == CudaGraphs.On ? 2 : 1);
        Assert.True(each > 2, $"{each} waits a pass");

        // The last two are the classifier's, whose sums have memory of their own, and the join, which every reader of a layer has waited for.
        for (int dropped = 0; dropped < each - 2; dropped++)
        {
            AssertFound($"wait {dropped} of {each} left out", p => p.DropsLaneWait = n => n % each == dropped, options);
        }
    }

    [Fact]
    public void A_handle_that_works_in_another_stream_makes_no_graph()
    {
        Outcome outcome = Run(1, p => p.MovesHandle = true);
        Assert.Contains(outcome.Findings, f => f.Kind == FindingKind.Capture);
        Assert.DoesNotContain("one launch of a graph", outcome.PassText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_stream_that_is_not_joined_ends_the_capture()
    {
        int waits = 0;
        Assert.Equal("", Run(1, p => p.DropsLaneWait = n => (waits = n) < 0, runs: 1).Wrong);
        Outcome outcome = Run(1, p => p.DropsLaneWait = n => n == waits);
        Assert.Contains("CUDA_ERROR_STREAM_CAPTURE_UNJOINED (904)", outcome.PassText, StringComparison.Ordinal);
        Assert.Contains(outcome.Findings, f => f.Kind == FindingKind.Capture);
    }

    [Theory]
    [InlineData(CudaGraphs.On)]
    [InlineData(CudaGraphs.Off)]
    public void An_observer_that_is_called_before_its_layer_arrived_sees_other_values(CudaGraphs graph) =>
        AssertFound("nobody waits for events", p => p.DropsEventWaits = true, new CudaOptions { Graph = graph });

    [Theory]
    [InlineData(CudaGraphs.On)]
    [InlineData(CudaGraphs.Off)]
    public void Lanes_that_share_a_workspace_are_found(CudaGraphs graph)
    {
        foreach (bool isPlanted in (bool[])[false, true])
        {
            bool isFound = false;
            for (int seed = 1; seed <= Seeds && (!isPlanted || !isFound); seed++)
            {
                using EmulatedMachine machine = new(new EmulatorOptions { Seed = seed });
                PlantedLibraries planted = new(machine);
                using (Session session = SmallNetwork.Open(new CudaBackend(new CudaOptions { Libraries = planted.Libraries, Graph = graph }), new InferenceOptions { MaxConcurrentRuns = 2 }))
                {
                    planted.SharesWorkspace = isPlanted;
                    session.Prepare(SmallNetwork.Shape, [], copies: 2);
                    for (int round = 0; round < 3; round++)
                    {
                        isFound |= Failed(session);
                    }
                }

                isFound |= machine.Findings.Count > 0;
                Assert.True(isPlanted || !isFound, $"seed {seed}: {string.Join("; ", machine.Findings)}");
            }

            Assert.Equal(isPlanted, isFound);
        }

        static bool Failed(Session session)
        {
            try
            {
                using InferenceRun one = session.Start(SmallNetwork.Input()), two = session.Start(SmallNetwork.Input());
                ReadOnlySpan<float> expected = Expected.Value.AsSpan(0, 5);
                return !one.Output.SequenceEqual(expected) | !two.Output.SequenceEqual(expected);
            }
            catch (CudaNetException)
            {
                return true;
            }
        }
    }

    /// <summary>The run's copies go to memory that its executable takes along.</summary>
    [Theory]
    [InlineData(CudaGraphs.On)]
    [InlineData(CudaGraphs.Off)]
    public void Pinned_memory_that_goes_under_a_run_in_flight_is_found(CudaGraphs graph)
    {
        foreach (bool isPlanted in (bool[])[false, true])
        {
            using EmulatedMachine machine = new();
            PlantedLibraries planted = new(machine);
            Session session = SmallNetwork.Open(new CudaBackend(new CudaOptions { Libraries = planted.Libraries, Graph = graph }));
            SmallNetwork.Run(session, 1, Layers);
            InferenceRun run = session.Start(SmallNetwork.Input(), Layers);
            (planted.DropsEventWaits, planted.DropsStreamWaits) = (isPlanted, isPlanted);
            run.Abandon();
            session.Dispose();
            Assert.Equal(isPlanted, machine.Findings.Any(f => f.Kind == FindingKind.FreedInUse));
            Assert.Equal(isPlanted, machine.Findings.Count > 0);
        }
    }

    /// <summary>Under some order of the device's work.</summary>
    private static void AssertFound(string what, Action<PlantedLibraries> plant, CudaOptions? options = null)
    {
        bool isFound = false;
        for (int seed = 1; seed <= Seeds && !isFound; seed++)
        {
            Assert.Equal("", Run(seed, _ => { }, options).Wrong);
            isFound = Run(seed, plant, options).Wrong.Length > 0;
        }

        Assert.True(isFound, $"{what}: nothing is wrong under {Seeds} seeds");
    }

    /// <summary>A session whose runs observe all layers.</summary>
    private static Outcome Run(int seed, Action<PlantedLibraries> plant, CudaOptions? options = null, int runs = 3)
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Seed = seed });
        PlantedLibraries planted = new(machine);
        string thrown = "", bits = "", text = "";
        using (Session session = SmallNetwork.Open(new CudaBackend((options ?? new CudaOptions()) with { Libraries = planted.Libraries })))
        {
            plant(planted);
            try
            {
                for (int run = 0; run < runs; run++)
                {
                    if (!SmallNetwork.Run(session, 1, Layers).AsSpan().SequenceEqual(Expected.Value))
                    {
                        bits = "other bits";
                    }
                }
            }
            catch (CudaNetException exception)
            {
                thrown = exception.Message;
            }

            text = string.Join("; ", session.Loaded.Select(l => l.PassText));
        }

        return new Outcome([.. machine.Findings], thrown, bits, text);
    }

    private sealed record Outcome(Finding[] Findings, string Thrown, string Bits, string PassText)
    {
        /// <summary>Whatever is wrong, in words; empty where nothing is.</summary>
        public string Wrong => string.Join("; ", ((string[])[Thrown, Bits, .. Findings.Select(f => $"{f}")]).Where(w => w.Length > 0));
    }
}

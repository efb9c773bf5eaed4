using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>A run that ends early, wherever: nothing of it is in flight any more, and the next one has the same bits.</summary>
public sealed class InterruptionTests
{
    private static readonly string[] Layers = [.. SmallNetwork.Graph.Nodes.Select(n => n.Name)];

    /// <summary>All stages queued at once, and stage by stage.</summary>
    public static TheoryData<long> PinnedLimits => [256L << 20, 0];

    [Theory]
    [MemberData(nameof(PinnedLimits))]
    public void An_observer_that_throws_at_any_layer_ends_its_run_alone(long pinnedLimit) =>
        Interrupt(pinnedLimit, static (session, stage) =>
        {
            using ObserverHandle handle = session.Observe(Layers[stage], (in Observation o) => throw new InvalidDataException("an observer's own"));
            Assert.Equal("an observer's own", Assert.Throws<InvalidDataException>(() => session.Extract(SmallNetwork.Input(), Layers)).Message);
        });

    /// <summary>Each stage's observer cancels, so that the run ends before each step in turn.</summary>
    [Theory]
    [MemberData(nameof(PinnedLimits))]
    public void A_run_that_is_cancelled_at_any_layer_ends_there(long pinnedLimit) =>
        Interrupt(pinnedLimit, static (session, stage) =>
        {
            using CancellationTokenSource source = new();
            using ObserverHandle handle = session.Observe(Layers[stage], (in Observation o) => source.Cancel());
            Assert.ThrowsAny<OperationCanceledException>(() => session.Extract(SmallNetwork.Input(), Layers, source.Token));
        });

    [Theory]
    [MemberData(nameof(PinnedLimits))]
    public void A_pulled_run_may_be_abandoned_at_any_layer(long pinnedLimit) =>
        Interrupt(pinnedLimit, static (session, stage) =>
        {
            InferenceRun run = session.Start(SmallNetwork.Input(), Layers);
            Pull(run, stage);
            run.Abandon();
        });

    /// <summary>The session goes first, and with it the run's memory.</summary>
    [Theory]
    [MemberData(nameof(PinnedLimits))]
    public void A_session_may_be_disposed_of_under_a_pulled_run_at_any_layer(long pinnedLimit)
    {
        for (int stage = 0; stage <= Layers.Length; stage++)
        {
            using EmulatedMachine machine = new();
            Session session = SmallNetwork.Open(machine.Backend(new CudaOptions { PinnedLimitBytes = pinnedLimit }));
            InferenceRun run = session.Start(SmallNetwork.Input(), Layers);
            Pull(run, stage);
            session.Dispose();
            Assert.Throws<ObjectDisposedException>(() => run.Next(out _));
            run.Dispose();
            machine.AssertClean();
        }
    }

    [Fact]
    public void A_run_that_was_cancelled_before_it_began_makes_no_call()
    {
        using EmulatedMachine machine = new();
        using (Session session = SmallNetwork.Open(machine.Backend()))
        {
            SmallNetwork.Run(session);
            long calls = machine.Calls.Total;
            Assert.ThrowsAny<OperationCanceledException>(() => session.Predict(SmallNetwork.Input(), new CancellationToken(canceled: true)));
            Assert.Equal(calls, machine.Calls.Total);
        }

        machine.AssertClean();
    }

    /// <summary>Interrupts a run at each stage of one session, which then runs on, and at each stage as the last thing that a session does.</summary>
    private static void Interrupt(long pinnedLimit, Action<Session, int> interrupt)
    {
        CudaOptions options = new() { PinnedLimitBytes = pinnedLimit };
        using (EmulatedMachine machine = new())
        {
            using (Session session = SmallNetwork.Open(machine.Backend(options)))
            {
                float[] expected = SmallNetwork.Run(session, 1, Layers);
                for (int stage = 0; stage < Layers.Length; stage++)
                {
                    interrupt(session, stage);
                    Bits.AssertSame(expected, SmallNetwork.Run(session, 1, Layers), $"after an interruption at {Layers[stage]}");
                }
            }

            machine.AssertClean();
        }

        for (int stage = 0; stage < Layers.Length; stage++)
        {
            using EmulatedMachine machine = new();
            using (Session session = SmallNetwork.Open(machine.Backend(options)))
            {
                interrupt(session, stage);
            }

            machine.AssertClean();
        }
    }

    private static void Pull(InferenceRun run, int stages)
    {
        for (int i = 0; i < stages; i++)
        {
            Assert.True(run.Next(out Observation observation));
            Assert.Equal(Layers[i], observation.Name);
        }
    }
}

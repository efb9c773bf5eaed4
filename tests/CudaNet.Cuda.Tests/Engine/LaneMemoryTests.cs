using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>The executables of a lane use one piece of device memory after the other; lanes share none.</summary>
public sealed class LaneMemoryTests
{
    /// <summary>Whatever ran before in the same memory, whatever is loaded and goes meanwhile.</summary>
    [Fact]
    public void Executables_that_take_turns_keep_their_bits()
    {
        using EmulatedMachine machine = new();
        using (PreparedModel model = SmallNetwork.Prepare(machine.Backend()))
        {
            Dictionary<int, float[]> alone = [];
            for (int batch = 1; batch <= 5; batch++)
            {
                using Session session = new(model);
                alone[batch] = SmallNetwork.Run(session, batch, SmallNetwork.Observed);
            }

            using Session shared = new(model, new InferenceOptions { MaxExecutables = 3 });
            int[] order = [1, 5, 1, 2, 5, 3, 1, 4, 4, 2, 5, 1, 3];
            foreach (int batch in order)
            {
                Bits.AssertSame(alone[batch], SmallNetwork.Run(shared, batch, SmallNetwork.Observed), $"batch {batch}");
            }
        }

        machine.AssertClean();
    }

    /// <summary>A smaller batch takes nothing more; the count says so, and all of it comes back.</summary>
    [Fact]
    public void A_second_executable_takes_memory_only_for_what_it_keeps()
    {
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend();
        using (Session session = SmallNetwork.Open(backend))
        using (CudaContext context = new(backend.Device))
        {
            session.Predict(SmallNetwork.Input(4));
            (long free, SessionMemory one) = (context.Memory.FreeBytes, session.Memory);
            session.Predict(SmallNetwork.Input(2));
            Assert.Equal(free, context.Memory.FreeBytes);
            SessionMemory two = session.Memory;
            Assert.Equal((1, 2), (one.Executables, two.Executables));
            long host = sizeof(float) * (SmallNetwork.Shape.WithBatch(2).ElementCount + (2 * 5));
            Assert.InRange(two.ExecutableBytes - one.ExecutableBytes, host, 2 * host);
            Assert.True(session.Loaded.Sum(l => l.Bytes) > two.ExecutableBytes, "what is used in turn is counted once");
        }

        machine.AssertClean();
    }

    [Fact]
    public void Lanes_share_nothing()
    {
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend();
        using (Session session = SmallNetwork.Open(backend, new InferenceOptions { MaxConcurrentRuns = 2 }))
        using (CudaContext context = new(backend.Device))
        {
            session.Prepare(SmallNetwork.Shape);
            long before = context.Memory.FreeBytes;
            session.Prepare(SmallNetwork.Shape, copies: 2);
            Assert.True(context.Memory.FreeBytes < before, "the second lane has memory of its own");
            float[] expected = SmallNetwork.Run(session);
            using InferenceRun first = session.Start(SmallNetwork.Input()), second = session.Start(SmallNetwork.Input());
            Bits.AssertSame(expected, second.Output, "second");
            Bits.AssertSame(expected, first.Output, "first");
        }

        machine.AssertClean();
    }

    /// <summary>The n-th allocation fails: nothing is lent, nothing is lost, and the next load works.</summary>
    [Fact]
    public void Memory_that_is_not_there_leaves_the_lane_as_it_was()
    {
        using EmulatedMachine whole = new();
        long before, after;
        using (Session session = SmallNetwork.Open(whole.Backend()))
        {
            SmallNetwork.Run(session);
            before = whole.Calls.Count("cuMemAlloc_v2");
            SmallNetwork.Run(session, 4);
            after = whole.Calls.Count("cuMemAlloc_v2");
        }

        Assert.True(after > before);
        for (long n = before + 1; n <= after; n++)
        {
            using EmulatedMachine machine = new();
            using (Session session = SmallNetwork.Open(machine.Backend()))
            {
                float[] one = SmallNetwork.Run(session);
                machine.Faults.Add(FaultInjection.OfCall("cuMemAlloc_v2", n, status: 2));
                Assert.Throws<CudaException>(() => SmallNetwork.Run(session, 4));
                Bits.AssertSame(one, SmallNetwork.Run(session), $"after allocation {n}");
                SmallNetwork.Run(session, 4);
            }

            machine.AssertClean();
        }
    }
}

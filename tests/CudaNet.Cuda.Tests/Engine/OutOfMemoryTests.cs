using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Memory that is not there: one exception with the remedy, nothing leaked, and less still works.</summary>
public sealed class OutOfMemoryTests
{
    private const int Large = 4;

    /// <summary>Device memory, pinned memory, registered memory: each allocation of a preparation and a load.</summary>
    [Theory]
    [InlineData(256 << 20)]
    [InlineData(0)]
    public void Each_allocation_that_fails_is_one_exception_and_a_smaller_batch_works_afterwards(int pinnedLimit)
    {
        CudaOptions options = new() { PinnedLimitBytes = pinnedLimit };
        float[] expected;
        int allocations;
        using (EmulatedMachine machine = new())
        {
            using Session session = SmallNetwork.Open(machine.Backend(options));
            expected = SmallNetwork.Run(session);
            SmallNetwork.Run(session, Large, SmallNetwork.Observed);
            allocations = machine.Calls.Names.Count(n => n is "cuMemAlloc_v2" or "cuMemHostAlloc" or "cuMemHostRegister_v2");
        }

        Assert.True(allocations > 30, $"{allocations} allocations");
        int inSessions = 0;
        for (int n = 1; n <= allocations; n++)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Faults = [FaultInjection.OfAllocation(n)] });
            CudaBackend backend = machine.Backend(options);
            Session? session = null;
            CudaException thrown = Assert.Throws<CudaException>(() =>
            {
                session = SmallNetwork.Open(backend);
                SmallNetwork.Run(session);
                SmallNetwork.Run(session, Large, SmallNetwork.Observed);
            });
            AssertSaysWhatToDo(thrown);
            using (session ??= SmallNetwork.Open(backend))
            {
                inSessions += session.Memory.Executables;
                Bits.AssertSame(expected, SmallNetwork.Run(session), $"after allocation {n} failed");
                SmallNetwork.Run(session, Large, SmallNetwork.Observed);
            }

            machine.AssertClean();
        }

        Assert.True(inSessions > 0, "no allocation failed in a session that had run");
    }

    /// <summary>Devices of every size from too small for the weights to large enough: each allocation in turn is the one that does not fit.</summary>
    [Fact]
    public void A_device_of_any_size_runs_or_says_what_to_do()
    {
        const long Step = 2 << 10;
        float[] expected;
        long enough;
        using (EmulatedMachine machine = new())
        {
            CudaBackend backend = machine.Backend();
            using Session session = SmallNetwork.Open(backend);
            expected = SmallNetwork.Run(session);
            SmallNetwork.Run(session, Large);
            using CudaContext context = new(backend.Device);
            (long free, long total) = context.Memory;
            enough = total - free;
        }

        HashSet<string> failed = [];
        int large = 0, small = 0;
        for (long bytes = Step; bytes <= enough + (8 * Step); bytes += Step)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere with { MemoryBytes = bytes }] });
            try
            {
                using Session session = SmallNetwork.Open(machine.Backend());
                try
                {
                    SmallNetwork.Run(session, Large);
                    large++;
                }
                catch (CudaException exception)
                {
                    AssertSaysWhatToDo(exception);
                    failed.Add(exception.Arguments!);
                }

                Bits.AssertSame(expected, SmallNetwork.Run(session), $"on a device of {bytes} bytes");
                small++;
            }
            catch (CudaException exception)
            {
                AssertSaysWhatToDo(exception);
                failed.Add(exception.Arguments!);
            }

            machine.AssertClean();
        }

        Assert.True(large > 0 && small > large && failed.Count > 4, $"{large} large, {small} small, {failed.Count} sizes failed");
    }

    private static void AssertSaysWhatToDo(CudaException exception)
    {
        Assert.Contains("CUDA_ERROR_OUT_OF_MEMORY (2)", exception.Message, StringComparison.Ordinal);
        Assert.Contains(" bytes", exception.Message, StringComparison.Ordinal);
        Assert.Contains("smaller batch", exception.Hint, StringComparison.Ordinal);
    }
}

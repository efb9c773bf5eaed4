using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Work that faults ends the device for its libraries: everybody hears of the first cause, and nobody of anything else.</summary>
public sealed class DeviceFaultTests
{
    private const int IllegalAddress = 700;
    private const int LaunchFailed = 719;
    private const string Cause = "CUDA_ERROR_ILLEGAL_ADDRESS (700)";

    /// <summary>Each operation of a load and a run in turn: uploads, fills, convolutions, kernels, copies back.</summary>
    [Fact]
    public void Whatever_operation_faults_the_first_cause_is_named_and_disposal_is_quiet()
    {
        long operations;
        using (EmulatedMachine machine = new())
        {
            using (Session session = SmallNetwork.Open(machine.Backend()))
            {
                SmallNetwork.Run(session, 1, SmallNetwork.Observed);
            }

            operations = machine.Operations.Total;
        }

        Assert.True(operations > 30, $"{operations} operations");
        for (long n = 1; n <= operations; n++)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Faults = [FaultInjection.OfOperation(n, IllegalAddress)] });
            CudaBackend backend = machine.Backend();
            DeviceFaultedException thrown = Assert.Throws<DeviceFaultedException>(() =>
            {
                using Session session = SmallNetwork.Open(backend);
                SmallNetwork.Run(session, 1, SmallNetwork.Observed);
            });
            Assert.Contains(Cause, thrown.Message, StringComparison.Ordinal);
            Assert.Null(thrown.InnerException);
            Assert.Same(thrown, backend.Device.Fault);
            AssertLaterCallSaysSo(() => SmallNetwork.Prepare(backend), thrown);
            machine.AssertClean();
        }
    }

    [Fact]
    public void After_a_fault_every_call_of_every_session_names_the_first_cause()
    {
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend();
        List<ReleaseFailure> reports = [];
        backend.ReleaseFailed += reports.Add;
        using PreparedModel model = SmallNetwork.Prepare(backend);
        Session first = new(model), second = new(model, new InferenceOptions { MaxConcurrentRuns = 2 });
        SmallNetwork.Run(first);
        SmallNetwork.Run(second);
        InferenceRun pulled = second.Start(SmallNetwork.Input(), SmallNetwork.Observed);
        machine.Faults.Add(FaultInjection.OfOperation(machine.Operations.Total + 3, IllegalAddress));
        DeviceFaultedException cause = Assert.Throws<DeviceFaultedException>(() => SmallNetwork.Run(first));
        AssertLaterCallSaysSo(() => SmallNetwork.Run(first), cause);
        AssertLaterCallSaysSo(() => SmallNetwork.Run(second, 2), cause);
        AssertLaterCallSaysSo(() => pulled.Next(out _), cause);
        AssertLaterCallSaysSo(() => first.Prepare(new TensorShape(3, 3, 8, 8)), cause);
        AssertLaterCallSaysSo(() => SmallNetwork.Prepare(backend), cause);
        AssertLaterCallSaysSo(() => backend.Measure(Planner.Plan(SmallNetwork.Graph, SmallNetwork.Shape, [], backend.Layout)), cause);
        pulled.Dispose();
        first.Dispose();
        second.Dispose();
        model.Dispose();
        AssertLaterCallSaysSo(() => SmallNetwork.Prepare(backend), cause);
        machine.AssertClean();
    }

    [Fact]
    public void Once_the_faulted_owners_are_gone_libraries_loaded_anew_work_where_the_driver_allows_it()
    {
        using EmulatedMachine machine = new();
        float[] expected;
        CudaBackend faulted = machine.Backend();
        using (Session session = SmallNetwork.Open(faulted))
        {
            expected = SmallNetwork.Run(session);
            machine.Faults.Add(FaultInjection.OfOperation(machine.Operations.Total + 3, LaunchFailed));
            Assert.Throws<DeviceFaultedException>(() => SmallNetwork.Run(session));
        }

        using (Session session = SmallNetwork.Open(machine.Backend()))
        {
            Bits.AssertSame(expected, SmallNetwork.Run(session), "after a fault, with libraries loaded anew");
        }

        Assert.Equal(FindingKind.Recovery, Assert.Single(machine.Findings).Kind);
        Assert.Empty(machine.Leaks);
        Assert.Throws<DeviceFaultedException>(() => SmallNetwork.Prepare(faulted));
    }

    /// <summary>The other device of the same libraries goes on.</summary>
    [Fact]
    public void A_fault_of_one_device_is_not_one_of_another()
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Ampere] });
        CudaLibraries libraries = machine.Libraries.Load();
        using (Session first = SmallNetwork.Open(new CudaBackend(new CudaOptions { Libraries = libraries })))
        using (Session second = SmallNetwork.Open(new CudaBackend(new CudaOptions { Libraries = libraries, Device = 1 })))
        {
            float[] expected = SmallNetwork.Run(second);
            machine.Faults.Add(FaultInjection.OfOperation(machine.Operations.Total + 3, IllegalAddress));
            Assert.Throws<DeviceFaultedException>(() => SmallNetwork.Run(first));
            Bits.AssertSame(expected, SmallNetwork.Run(second), "after the other device's fault");
        }

        machine.AssertClean();
    }

    /// <summary>A device that is lost, such as one that fell off the bus, at each call of a run.</summary>
    [Fact]
    public void A_lost_device_is_an_exception_and_never_a_hang_or_a_throwing_disposal()
    {
        long last = long.MaxValue;
        for (int calls = 1; calls <= last; calls++)
        {
            using EmulatedMachine machine = new();
            Session session = SmallNetwork.Open(machine.Backend());
            SmallNetwork.Run(session);
            long start = machine.Calls.Total;
            SmallNetwork.Run(session);
            last = machine.Calls.Total - start;
            machine.Faults.Add(FaultInjection.OfDevice(machine.Calls.Total + calls));
            CudaException? thrown = null;
            try
            {
                SmallNetwork.Run(session);

                // What a run does last is no longer the device's business.
                SmallNetwork.Run(session);
            }
            catch (CudaException exception)
            {
                thrown = exception;
            }

            session.Dispose();
            Assert.NotNull(thrown);
            Assert.Contains("CUDA_ERROR_DEVICE_UNAVAILABLE (46)", thrown.Message, StringComparison.Ordinal);
            Assert.NotNull(thrown.Hint);
            machine.AssertClean();
        }
    }

    private static void AssertLaterCallSaysSo(Action call, DeviceFaultedException cause)
    {
        DeviceFaultedException later = Assert.Throws<DeviceFaultedException>(call);
        Assert.Same(cause, later.InnerException);
        Assert.Contains("faulted before", later.Message, StringComparison.Ordinal);
        Assert.Contains(Cause, later.Message, StringComparison.Ordinal);
    }
}

using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Captured passes: the same bits as those that are queued call by call, and whatever keeps a pass from being captured leaves it as it was.</summary>
public sealed class GraphTests
{
    private const string Replayed = "one launch of a graph of ";

    private static readonly Lazy<float[]> Expected = new(() => Run(new EmulatorOptions(), new CudaOptions { Graph = CudaGraphs.Off }, $"call by call: {nameof(CudaOptions.Graph)} is {CudaGraphs.Off}"));

    [Fact]
    public void A_replay_has_the_bits_of_the_pass_that_was_captured() => Bits.AssertSame(Expected.Value, Run(new EmulatorOptions(), new CudaOptions(), Replayed), "replayed");

    /// <summary>Whatever is used first in a capture breaks it there: the pass before has used all of it.</summary>
    [Theory]
    [InlineData(CudaLinear.Kernels, ArithmeticPrecision.Float32)]
    [InlineData(CudaLinear.Cublas, ArithmeticPrecision.Float32)]
    [InlineData(CudaLinear.Kernels, ArithmeticPrecision.Float16)]
    [InlineData(CudaLinear.Cublas, ArithmeticPrecision.BFloat16)]
    public void Libraries_that_load_when_they_are_first_used_are_captured(CudaLinear linear, ArithmeticPrecision precision)
    {
        foreach (bool isPrepared in (bool[])[false, true])
        {
            Run(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere with { LoadsLazily = true }] }, new CudaOptions { Linear = linear, Precision = precision }, Replayed, isPrepared);
        }
    }

    [Fact]
    public void Layout_kernels_around_convolutions_are_captured() =>
        Run(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere with { HasChannelsLast = false, LoadsLazily = true }] }, new CudaOptions(), Replayed);

    /// <summary>Its graphs cannot say that a layer has arrived.</summary>
    [Fact]
    public void A_driver_before_11_1_observes_call_by_call()
    {
        Bits.AssertSame(Expected.Value, Run(new EmulatorOptions { DriverVersion = 11000 }, new CudaOptions(), "call by call: the driver is older than 11.1"), "an old driver");
        using EmulatedMachine machine = new(new EmulatorOptions { DriverVersion = 11000 });
        using (Session session = SmallNetwork.Open(machine.Backend()))
        {
            SmallNetwork.Run(session);
            Assert.StartsWith(Replayed, Assert.Single(session.Loaded).PassText, StringComparison.Ordinal);
        }

        machine.AssertClean();
    }

    /// <summary>Each call from the beginning of the capture to the end of the upload fails: the run whose bits were wanted has ended, and the next ones have the same.</summary>
    [Fact]
    public void A_capture_that_fails_anywhere_leaves_passes_call_by_call_and_says_why()
    {
        IReadOnlyList<string> calls;
        int first, last;
        using (EmulatedMachine whole = new())
        using (Session session = SmallNetwork.Open(whole.Backend()))
        {
            SmallNetwork.Run(session, 1, SmallNetwork.Observed);
            calls = whole.Calls.Names;
            first = calls.ToList().IndexOf("cuStreamBeginCapture_v2") + 1;
            last = calls.ToList().LastIndexOf("cuGraphUpload") + 2;
        }

        Assert.True(first > 0 && last > first + 20, $"calls {first} to {last}");
        for (int n = first; n <= last; n++)
        {
            string failed = calls[n - 1];
            using EmulatedMachine machine = new(new EmulatorOptions { Faults = [FaultInjection.OfCall(n, status: 2)] });
            List<ReleaseFailure> reports = [];
            CudaBackend backend = machine.Backend();
            backend.ReleaseFailed += reports.Add;
            using (Session session = SmallNetwork.Open(backend))
            {
                for (int run = 0; run < 3; run++)
                {
                    Bits.AssertSame(Expected.Value, SmallNetwork.Run(session, 1, SmallNetwork.Observed), $"call {n}, {failed}, run {run}");
                }

                string text = Assert.Single(session.Loaded).PassText!;
                bool isFree = reports.Count > 0;
                Assert.True(isFree ? text.StartsWith(Replayed, StringComparison.Ordinal) : text.StartsWith("call by call: ", StringComparison.Ordinal) && text.Contains(failed, StringComparison.Ordinal), $"call {n}, {failed}: {text}");
            }

            Assert.True(machine.Findings.Count == 0, $"call {n}, {failed}: {string.Join("; ", machine.Findings)}");
            Assert.True(machine.Leaks.Count == reports.Count, $"call {n}, {failed}: {string.Join("; ", machine.Leaks)}");
        }
    }

    /// <summary>A measured pass has two marks more in its graph, or one where its input is brought before; no library's extra node makes up for one too few.</summary>
    [Fact]
    public void Measured_passes_are_captured_too()
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere with { OnlyFirstAlgorithm = true }] });
        List<PassTimes> times = [];
        CudaBackend backend = machine.Backend(new CudaOptions { PassMeasured = times.Add });
        TensorShape output = new(1, 5);
        using (Session session = SmallNetwork.Open(backend))
        using (DeviceCaller caller = new(backend, SmallNetwork.Shape, output))
        using (DeviceBinding binding = caller.Bind(DeviceInput.Planes(caller.InputAddress, SmallNetwork.Shape)))
        {
            ImageBinding images = new(new byte[SmallNetwork.Shape.ElementCount], SmallNetwork.Shape, Preprocessing.Timm, new float[5]);
            caller.Put(SmallNetwork.Input().Values);
            for (int run = 0; run < 2; run++)
            {
                session.Predict(SmallNetwork.Input());
                session.Run(binding);
                session.Run(images);
            }

            Assert.Equal(6, times.Count);
            Assert.All(session.Loaded, l => Assert.StartsWith(Replayed, l.PassText, StringComparison.Ordinal));
        }

        machine.AssertClean();
    }

    /// <summary>What Prepare could not do, it does when it is called again.</summary>
    [Fact]
    public void Prepare_that_failed_begins_anew()
    {
        using EmulatedMachine machine = new();
        using (Session session = SmallNetwork.Open(machine.Backend()))
        {
            machine.Faults.Add(FaultInjection.OfCall("cudnnConvolutionForward", machine.Calls.Count("cudnnConvolutionForward") + 5, status: 2));
            Assert.Throws<CudaException>(() => session.Prepare(SmallNetwork.Shape));
            Assert.Empty(session.Loaded);
            session.Prepare(SmallNetwork.Shape);
            Assert.StartsWith(Replayed, Assert.Single(session.Loaded).PassText, StringComparison.Ordinal);
        }

        machine.AssertClean();
    }

    /// <summary>A fault of the device is one, wherever it shows.</summary>
    [Theory]
    [InlineData("cuStreamEndCapture")]
    [InlineData("cuGraphInstantiateWithFlags")]
    [InlineData("cuGraphUpload")]
    public void A_fault_of_the_device_in_a_capture_is_no_fallback(string call)
    {
        const int IllegalAddress = 700;
        using EmulatedMachine machine = new();
        using Session session = SmallNetwork.Open(machine.Backend());
        machine.Faults.Add(FaultInjection.OfCall(call, status: IllegalAddress, persistent: true));
        Assert.Throws<DeviceFaultedException>(() => SmallNetwork.Run(session, 1, SmallNetwork.Observed));
        Assert.Throws<DeviceFaultedException>(() => SmallNetwork.Run(session, 1, SmallNetwork.Observed));
    }

    /// <summary>The exception arrives after the replay's end, and the next run is unharmed.</summary>
    [Fact]
    public void An_observer_may_throw_at_any_layer_of_a_replay()
    {
        using EmulatedMachine machine = new();
        using (Session session = SmallNetwork.Open(machine.Backend()))
        {
            int countdown = int.MaxValue;
            foreach (LayerNode layer in SmallNetwork.Graph.Nodes)
            {
                session.Observe(layer.Name, (in Observation _) =>
                {
                    if (countdown-- == 0)
                    {
                        throw new InvalidDataException("the observer's own");
                    }
                });
            }

            float[] expected = SmallNetwork.Run(session);
            for (int k = 0; k < SmallNetwork.Graph.Nodes.Count; k++)
            {
                countdown = k;
                Assert.Equal("the observer's own", Assert.Throws<InvalidDataException>(() => SmallNetwork.Run(session)).Message);
                countdown = int.MaxValue;
                Bits.AssertSame(expected, SmallNetwork.Run(session), $"after a throw at layer {k}");
            }

            using CancellationTokenSource cancelled = new();
            using InferenceRun run = session.Start(SmallNetwork.Input(), [], cancelled.Token);
            cancelled.Cancel();
            Assert.Throws<OperationCanceledException>(() => run.Next(out _));
            Bits.AssertSame(expected, SmallNetwork.Run(session), "after a cancelled run");
        }

        machine.AssertClean();
    }

    /// <summary>What a graph's event says is of the last launch, never of the one before.</summary>
    [Fact]
    public void An_observed_layer_is_never_that_of_the_run_before()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Seed = seed });
            using (Session session = SmallNetwork.Open(machine.Backend()))
            {
                float[] one = Last(session, 1), two = Last(session, 2);
                Assert.NotEqual(one, two);
                for (int run = 0; run < 2; run++)
                {
                    Bits.AssertSame(one, Last(session, 1), $"seed {seed}");
                    Bits.AssertSame(two, Last(session, 2), $"seed {seed}");
                }
            }

            machine.AssertClean();
        }

        static float[] Last(Session session, float scale)
        {
            Tensor input = SmallNetwork.Input();
            LayerOutputs outputs = session.Extract(new Tensor(input.Shape, input.Values.ToArray().Select(v => v * scale).ToArray()), ["fc", "pool"]);
            return [.. outputs["pool"].Values, .. outputs["fc"].Values, .. outputs.Output.Values];
        }
    }

    private static int Seeds => Endurance.IsAsked ? 1000 : 60;

    /// <summary>Three runs with observers, which have the same bits.</summary>
    private static float[] Run(EmulatorOptions options, CudaOptions cuda, string text, bool isPrepared = false)
    {
        using EmulatedMachine machine = new(options);
        float[] values;
        using (Session session = SmallNetwork.Open(machine.Backend(cuda)))
        {
            if (isPrepared)
            {
                session.Prepare(SmallNetwork.Shape, SmallNetwork.Observed);
            }

            values = SmallNetwork.Run(session, 1, SmallNetwork.Observed);
            for (int run = 0; run < 2; run++)
            {
                Bits.AssertSame(values, SmallNetwork.Run(session, 1, SmallNetwork.Observed), "a later run");
            }

            Assert.StartsWith(text, Assert.Single(session.Loaded).PassText, StringComparison.Ordinal);
        }

        machine.AssertClean();
        return values;
    }
}

using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Whose context is current is the caller's business; threads and devices are as many as he likes.</summary>
public sealed class ContextTests
{
    private const int Rounds = 20;

    private static readonly EmulatorOptions TwoDevices = new() { Devices = [EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Ampere] };

    /// <param name="hasOwn">Whether the caller has a context of another device current, on each of his threads.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_current_context_is_after_every_call_what_it_was_before(bool hasOwn)
    {
        using EmulatedMachine machine = new(TwoDevices);
        CudaLibraries libraries = machine.Libraries.Load();
        CudaDevice other = libraries.Devices[1];
        using (CudaContext? own = hasOwn ? new CudaContext(other) : null)
        {
            Caller caller = new(machine, own);
            CudaBackend backend = caller.Kept(() => machine.Backend());
            caller.Kept(() => backend.Measure(Planner.Plan(SmallNetwork.Graph, SmallNetwork.Shape, [], backend.Layout)));
            PreparedModel model = caller.Kept(() => SmallNetwork.Prepare(backend));
            Session session = caller.Kept(() => new Session(model, new InferenceOptions { MaxConcurrentRuns = 2 }));
            caller.Kept(() => session.Prepare(SmallNetwork.Shape, SmallNetwork.Observed));
            float[] expected = caller.Kept(() => SmallNetwork.Run(session));
            caller.Kept(() => Assert.Throws<ShapeException>(() => session.Predict(Formula.Input(1, 4, 8, 8))));
            InferenceRun abandoned = caller.Kept(() => session.Start(SmallNetwork.Input(), SmallNetwork.Observed));
            caller.Kept(() => abandoned.Next(out _));
            caller.Kept(abandoned.Abandon);
            InferenceRun run = caller.Kept(() => session.Start(SmallNetwork.Input(), SmallNetwork.Observed));
            caller.Elsewhere(() => Assert.True(run.Next(out _)));
            caller.Elsewhere(() => Assert.True(run.Next(out _)));
            caller.Elsewhere(() => Assert.False(run.Next(out _)));
            Bits.AssertSame(expected, run.Output, "a run of four threads");
            caller.Elsewhere(run.Dispose);
            InferenceRun left = caller.Kept(() => session.Start(SmallNetwork.Input()));
            caller.Kept(session.Dispose);
            caller.Elsewhere(left.Dispose);
            caller.Elsewhere(model.Dispose);
            _ = own?.Memory;
        }

        machine.AssertClean();
    }

    /// <summary>Failures go other ways out than results do.</summary>
    [Fact]
    public void The_current_context_is_after_a_failing_call_what_it_was_before()
    {
        using EmulatedMachine machine = new(TwoDevices);
        using (CudaContext own = new(machine.Libraries.Load().Devices[1]))
        {
            Caller caller = new(machine, own);
            CudaBackend backend = machine.Backend();
            foreach (string call in (string[])["cudnnCreate", "cuMemAlloc_v2", "cuMemcpyHtoD_v2"])
            {
                machine.Faults.Add(FaultInjection.OfCall(call, machine.Calls.Count(call) + 1, 2));
                caller.Kept(() => Assert.Throws<CudaException>(() => SmallNetwork.Prepare(backend)));
            }

            using Session session = SmallNetwork.Open(backend);
            foreach (string call in (string[])["cuModuleLoadDataEx", "cudnnSetTensor4dDescriptor", "cuMemHostAlloc", "cuEventCreate", "cuLaunchKernel", "cudnnConvolutionForward", "cuEventSynchronize", "cuStreamSynchronize"])
            {
                machine.Faults.Add(FaultInjection.OfCall(call, machine.Calls.Count(call) + 1, 2));
                caller.Kept(() => Assert.Throws<CudaException>(() => SmallNetwork.Run(session, 1, SmallNetwork.Observed)));
            }

            caller.Kept(() => SmallNetwork.Run(session, 1, SmallNetwork.Observed));
        }

        machine.AssertClean();
    }

    /// <summary>Runs push once and call observers in between, who may do with the thread's stack what they like as long as it is no less deep.</summary>
    [Theory]
    [InlineData(CudaGraphs.On, 256L << 20)]
    [InlineData(CudaGraphs.Off, 256L << 20)]
    [InlineData(CudaGraphs.On, 0L)]
    public unsafe void An_observer_may_change_the_current_context(CudaGraphs graph, long pinnedLimit)
    {
        using EmulatedMachine machine = new(TwoDevices);
        delegate* unmanaged<nint, CUresult> set = (delegate* unmanaged<nint, CUresult>)machine.Libraries.Driver.Find("cuCtxSetCurrent");
        delegate* unmanaged<nint, CUresult> push = (delegate* unmanaged<nint, CUresult>)machine.Libraries.Driver.Find("cuCtxPushCurrent_v2");
        delegate* unmanaged<nint*, CUresult> pop = (delegate* unmanaged<nint*, CUresult>)machine.Libraries.Driver.Find("cuCtxPopCurrent_v2");
        using (CudaContext own = new(machine.Libraries.Load().Devices[1]))
        {
            Caller caller = new(machine, own);
            CudaOptions options = new() { Graph = graph, PinnedLimitBytes = pinnedLimit };
            using Session plain = SmallNetwork.Open(machine.Backend(options));
            float[] expected = caller.Kept(() => SmallNetwork.Run(plain, 1, SmallNetwork.Observed));
            foreach (bool sets in (bool[])[false, true])
            {
                using Session session = SmallNetwork.Open(machine.Backend(options));
                session.Observe("stem.act", (in Observation _) =>
                {
                    if (sets)
                    {
                        Assert.Equal(CUresult.CUDA_SUCCESS, set(own.NativeHandle));
                        return;
                    }

                    nint popped;
                    Assert.Equal(CUresult.CUDA_SUCCESS, push(own.NativeHandle));
                    Assert.Equal(CUresult.CUDA_SUCCESS, pop(&popped));
                });
                for (int run = 0; run < 3; run++)
                {
                    LayerOutputs outputs = caller.Kept(() => session.Extract(SmallNetwork.Input(), SmallNetwork.Observed));
                    Bits.AssertSame(expected, [.. outputs.Output.Values, .. SmallNetwork.Observed.SelectMany(l => outputs[l].Values.ToArray())], $"run {run}, {(sets ? "another context set" : "pushed and popped")}");
                }

                string form = pinnedLimit > 0 && graph == CudaGraphs.On ? "one launch of a graph" : "call by call: ";
                Assert.All(session.Loaded, l => Assert.StartsWith(form, l.PassText, StringComparison.Ordinal));
            }
        }

        machine.AssertClean();
    }

    /// <summary>An observer runs another session, on the same device or another one, on the thread whose run is in flight.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_observer_may_run_another_session(int device)
    {
        using EmulatedMachine machine = new(TwoDevices);
        CudaLibraries libraries = machine.Libraries.Load();
        using (CudaContext own = new(libraries.Devices[1]))
        {
            Caller caller = new(machine, own);
            using Session inner = SmallNetwork.Open(new CudaBackend(new CudaOptions { Libraries = libraries, Device = device }));
            using Session outer = SmallNetwork.Open(new CudaBackend(new CudaOptions { Libraries = libraries }));
            float[] expected = caller.Kept(() => SmallNetwork.Run(inner, 1, SmallNetwork.Observed));
            int heard = 0;
            outer.Observe("stem.act", (in Observation _) =>
            {
                Bits.AssertSame(expected, SmallNetwork.Run(inner, 1, SmallNetwork.Observed), "inside");
                heard++;
            });
            for (int run = 0; run < 3; run++)
            {
                Bits.AssertSame(expected, caller.Kept(() => SmallNetwork.Run(outer, 1, SmallNetwork.Observed)), "outside");
            }

            Assert.Equal(3, heard);
        }

        machine.AssertClean();
    }

    [Fact]
    public async Task Two_devices_run_at_once_with_a_backend_each()
    {
        using EmulatedMachine machine = new(TwoDevices);
        CudaLibraries libraries = machine.Libraries.Load();
        using (Session first = SmallNetwork.Open(new CudaBackend(new CudaOptions { Libraries = libraries })))
        using (Session second = SmallNetwork.Open(new CudaBackend(new CudaOptions { Libraries = libraries, Device = 1 })))
        {
            float[] expected = SmallNetwork.Run(first, 1, SmallNetwork.Observed);
            await Task.WhenAll(Array.ConvertAll((Session[])[first, second], session => Patience.OnThread(() => RunOften(session, expected))));
        }

        machine.AssertClean();
    }

    [Fact]
    public async Task Two_sessions_of_one_prepared_model_run_from_four_threads()
    {
        using EmulatedMachine machine = new();
        using (PreparedModel model = SmallNetwork.Prepare(machine.Backend()))
        using (Session first = new(model, new InferenceOptions { MaxConcurrentRuns = 2 }))
        using (Session second = new(model, new InferenceOptions { MaxConcurrentRuns = 2 }))
        {
            float[] expected = SmallNetwork.Run(first, 1, SmallNetwork.Observed);
            await Task.WhenAll(Array.ConvertAll((Session[])[first, second, first, second], session => Patience.OnThread(() => RunOften(session, expected))));
        }

        machine.AssertClean();
    }

    private static void RunOften(Session session, float[] expected)
    {
        for (int i = 0; i < Rounds; i++)
        {
            Bits.AssertSame(expected, SmallNetwork.Run(session, 1, SmallNetwork.Observed), "beside other threads");
        }
    }

    /// <summary>Looks at the thread's current context before and after calls.</summary>
    private sealed unsafe class Caller(EmulatedMachine machine, CudaContext? own)
    {
        private readonly delegate* unmanaged<nint*, CUresult> _getCurrent = (delegate* unmanaged<nint*, CUresult>)machine.Libraries.Driver.Find("cuCtxGetCurrent");

        public T Kept<T>(Func<T> call)
        {
            Assert.Equal(own?.NativeHandle ?? 0, Current());
            T result = call();
            Assert.Equal(own?.NativeHandle ?? 0, Current());
            return result;
        }

        public void Kept(Action call) => Kept(() =>
        {
            call();
            return 0;
        });

        /// <summary>On a thread of its own, where the caller's context is current too.</summary>
        public void Elsewhere(Action call) => Patience.Elsewhere(() =>
        {
            own?.MakeCurrent();
            Kept(call);
        });

        private nint Current()
        {
            nint context;
            Assert.Equal(CUresult.CUDA_SUCCESS, _getCurrent(&context));
            return context;
        }
    }
}

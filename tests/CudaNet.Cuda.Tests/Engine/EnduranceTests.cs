using System.Diagnostics;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Thousands of sessions and runs: the device's memory is flat, and what was made was given back.</summary>
public sealed class EnduranceTests(ITestOutputHelper output)
{
    private const int Steps = 10;

    private static readonly (string Make, string Free)[] Pairs =
    [
        ("cuMemAlloc_v2", "cuMemFree_v2"),
        ("cuMemHostAlloc", "cuMemFreeHost"),
        ("cuMemHostRegister_v2", "cuMemHostUnregister"),
        ("cuStreamCreate", "cuStreamDestroy_v2"),
        ("cuEventCreate", "cuEventDestroy_v2"),
        ("cuModuleLoadDataEx", "cuModuleUnload"),
        ("cuDevicePrimaryCtxRetain", "cuDevicePrimaryCtxRelease_v2"),
        ("cuCtxPushCurrent_v2", "cuCtxPopCurrent_v2"),
        ("cuGraphInstantiateWithFlags", "cuGraphExecDestroy"),
        ("cuStreamEndCapture", "cuGraphDestroy"),
        ("cudnnCreate", "cudnnDestroy"),
        ("cudnnCreateTensorDescriptor", "cudnnDestroyTensorDescriptor"),
        ("cudnnCreateFilterDescriptor", "cudnnDestroyFilterDescriptor"),
        ("cudnnCreateConvolutionDescriptor", "cudnnDestroyConvolutionDescriptor"),
    ];

    /// <summary>Sessions on one prepared model, which keeps the kernels that the emulator takes long to read.</summary>
    [Fact]
    public void A_thousand_sessions_leave_the_device_as_it_was()
    {
        Stopwatch watch = Stopwatch.StartNew();
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend();
        using (PreparedModel model = SmallNetwork.Prepare(backend))
        {
            AssertFlat(backend, 100, expected =>
            {
                using Session session = new(model);
                Check(expected, SmallNetwork.Run(session, 1, SmallNetwork.Observed));
            });
        }

        AssertBalanced(machine);
        output.WriteLine($"1,000 sessions, {machine.Calls.Total:n0} calls, {watch.Elapsed.TotalSeconds:f1} s");
    }

    /// <summary>Everything anew each time; a hundred, or a thousand where endurance is asked for.</summary>
    [Fact]
    public void Sessions_with_a_backend_of_their_own_leave_the_device_as_it_was()
    {
        int each = Endurance.IsAsked ? 100 : 10;
        Stopwatch watch = Stopwatch.StartNew();
        using EmulatedMachine machine = new();
        CudaLibraries libraries = machine.Libraries.Load();
        AssertFlat(new CudaBackend(new CudaOptions { Libraries = libraries }), each, expected =>
        {
            using Session session = SmallNetwork.Open(new CudaBackend(new CudaOptions { Libraries = libraries }));
            Check(expected, SmallNetwork.Run(session, 1, SmallNetwork.Observed));
        });
        AssertBalanced(machine);
        output.WriteLine($"{each * Steps:n0} backends, {machine.Calls.Total:n0} calls, {watch.Elapsed.TotalSeconds:f1} s");
    }

    /// <summary>A hundred thousand runs where endurance is asked for, five thousand otherwise: of a network of three layers, each one launch of a graph.</summary>
    [Fact]
    public void Thousands_of_runs_make_nothing()
    {
        int each = Endurance.IsAsked ? 10_000 : 500;
        GraphBuilder graph = new(3);
        LayerNode convolution = graph.Add("conv", new Conv2d(3, 4, 1, 1), graph.Input);
        LayerNode pool = graph.Add("pool", new GlobalAveragePool(), graph.Add("act", new ReLU(), convolution));
        graph.Add("fc", new Linear(4, 2), pool);
        Tensor input = Formula.Input(1, 3, 4, 4);
        Stopwatch watch = Stopwatch.StartNew();
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend();
        using (Model model = Networks.Create(graph.Build()))
        using (Session session = new(model, backend))
        {
            session.Extract(input, ["act"]);
            int objects = machine.Leaks.Count;
            IReadOnlyDictionary<string, long> before = machine.Calls.ByName;
            AssertFlat(backend, each, expected =>
            {
                LayerOutputs outputs = session.Extract(input, ["act"]);
                Check(expected, [.. outputs.Output.Values, .. outputs["act"].Values]);
            });
            Assert.Equal(objects, machine.Leaks.Count);
            long runs = 1 + (each * Steps);
            string[] perRun = ["cuCtxPushCurrent_v2", "cuGraphLaunch", "cuEventSynchronize", "cuStreamSynchronize", "cuCtxPopCurrent_v2"];
            Dictionary<string, long> made = machine.Calls.ByName.ToDictionary(c => c.Key, c => c.Value - before.GetValueOrDefault(c.Key));
            Assert.All(perRun, call => Assert.Equal(runs, made[call]));

            // What looks at the device's memory calls these.
            string[] looking = ["cuMemGetInfo_v2", "cuDevicePrimaryCtxRetain", "cuDevicePrimaryCtxRelease_v2", "cuCtxSetCurrent"];
            Assert.DoesNotContain(made, c => c.Value > 0 && !perRun.Contains(c.Key) && !looking.Contains(c.Key));
            Assert.All(looking, call => Assert.InRange(made.GetValueOrDefault(call), 0, 2 * (Steps + 1)));
        }

        AssertBalanced(machine);
        output.WriteLine($"{each * Steps:n0} runs, {machine.Calls.Total:n0} calls, {watch.Elapsed.TotalSeconds:f1} s");
    }

    /// <summary>Keeps the first values, and holds all others to them.</summary>
    private static void Check(List<float> expected, float[] values)
    {
        if (expected.Count == 0)
        {
            expected.AddRange(values);
        }

        Bits.AssertSame([.. expected], values, "a later run");
    }

    /// <summary>Does it often, and looks at the device's free memory ten times on the way.</summary>
    private static void AssertFlat(CudaBackend backend, int each, Action<List<float>> action)
    {
        List<float> expected = [];
        action(expected);
        using CudaContext context = new(backend.Device);
        long free = context.Memory.FreeBytes;
        for (int step = 0; step < Steps; step++)
        {
            for (int i = 0; i < each; i++)
            {
                action(expected);
            }

            Assert.Equal(free, context.Memory.FreeBytes);
        }
    }

    private static void AssertBalanced(EmulatedMachine machine)
    {
        foreach ((string make, string free) in Pairs)
        {
            Assert.True(machine.Calls.Count(make) == machine.Calls.Count(free), $"{make}: {machine.Calls.Count(make)} made, {machine.Calls.Count(free)} given back");
        }

        machine.AssertClean();
    }
}

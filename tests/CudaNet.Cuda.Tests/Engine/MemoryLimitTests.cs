using System.Globalization;
using System.Text.RegularExpressions;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Limits on pinned and device memory change where values wait, and no value, nor the order in which they come.</summary>
public sealed partial class MemoryLimitTests
{
    private const int Batch = 4;
    private const long Unlimited = long.MaxValue;

    private static readonly long Page = Environment.SystemPageSize;
    private static readonly int Stages = SmallNetwork.Graph.Layers.Count();
    private static readonly Lazy<List<(string Name, float[] Values)>> Expected = new(() => Observe(Unlimited, Unlimited).Heard);

    /// <param name="pages">The limit of pinned memory; each value of this network fits one page.</param>
    /// <param name="ends">How many buffers are pinned for input and output.</param>
    /// <param name="stages">And for observed layers; null for one each.</param>
    [Theory]
    [InlineData(1000, 2, null)]
    [InlineData(5, 2, 2)]
    [InlineData(4, 2, 2)]
    [InlineData(3, 2, 0)]
    [InlineData(2, 2, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(0, 0, 0)]
    public void Pinned_memory_keeps_to_its_limit_and_observers_hear_the_same(int pages, int ends, int? stages)
    {
        foreach (long deviceLimit in (long[])[Unlimited, Page, 0])
        {
            Result result = Observe(pages * Page, deviceLimit);
            Assert.True(result.PinnedBytes <= pages * Page, $"{result.PinnedBytes} bytes are pinned");
            Assert.Equal((ends, stages ?? Stages), (result.Pinned, result.Registered));
            AssertSame(result.Heard);
        }
    }

    [Fact]
    public void Device_memory_for_observed_layers_is_shared_above_its_limit()
    {
        long unlimited = Observe(Unlimited, Unlimited).DeviceBytes, shared = Observe(Unlimited, Page).DeviceBytes, none = Observe(Unlimited, 0).DeviceBytes;
        Assert.True(shared < unlimited, $"{shared} bytes with a limit, {unlimited} without");
        Assert.Equal(shared, none);
    }

    /// <summary>Without observers nothing is pinned but input and output, and a limit of one byte less pins nothing.</summary>
    [Fact]
    public void Unobserved_runs_pin_input_and_output_or_nothing()
    {
        foreach ((long limit, int calls) in ((long, int)[])[(2 * Page, 2), ((2 * Page) - 1, 0)])
        {
            using EmulatedMachine machine = new();
            using (Session session = SmallNetwork.Open(machine.Backend(new CudaOptions { PinnedLimitBytes = limit })))
            {
                Bits.AssertSame(Expected.Value[^1].Values, SmallNetwork.Run(session, Batch), $"with {limit} bytes");
                Assert.Equal((calls, 0), (machine.Calls.Count("cuMemHostAlloc"), machine.Calls.Count("cuMemHostRegister_v2")));
            }

            machine.AssertClean();
        }
    }

    private static void AssertSame(List<(string Name, float[] Values)> heard)
    {
        Assert.Equal(Expected.Value.Select(h => h.Name), heard.Select(h => h.Name));
        foreach (((string name, float[] expected), (_, float[] values)) in Expected.Value.Zip(heard))
        {
            Bits.AssertSame(expected, values, name);
        }
    }

    /// <summary>Every layer's values as its observer hears them, then the output; and what is allocated meanwhile.</summary>
    private static Result Observe(long pinnedLimit, long deviceLimit)
    {
        using EmulatedMachine machine = new();
        List<(string Name, float[] Values)> heard = [];
        Result result;
        using (Session session = SmallNetwork.Open(machine.Backend(new CudaOptions { PinnedLimitBytes = pinnedLimit, DeviceLimitBytes = deviceLimit })))
        {
            foreach (LayerNode layer in SmallNetwork.Graph.Layers)
            {
                session.Observe(layer.Name, (in Observation o) => heard.Add((o.Name, o.Values.ToArray())));
            }

            Tensor first = session.Predict(SmallNetwork.Input(Batch));
            heard.Clear();
            heard.Add(("output", session.Predict(SmallNetwork.Input(Batch)).Values.ToArray()));
            Bits.AssertSame(first.Values, heard[^1].Values, "the second run");
            Leak[] held = [.. machine.Leaks], pinned = [.. held.Where(l => l.Kind == LeakKind.PinnedMemory)], registered = [.. held.Where(l => l.Kind == LeakKind.RegisteredMemory)];
            result = new Result(heard, pinned.Length, registered.Length, pinned.Concat(registered).Sum(Bytes), held.Where(l => l.Kind == LeakKind.DeviceMemory).Sum(Bytes));
        }

        machine.AssertClean();
        return result;
    }

    private static long Bytes(Leak leak) => long.Parse(Size().Match(leak.Description).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\((\d+) bytes\)")]
    private static partial Regex Size();

    private sealed record Result(List<(string Name, float[] Values)> Heard, int Pinned, int Registered, long PinnedBytes, long DeviceBytes);
}

using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli.SelfTest;

/// <summary>The driver's own calls: copies, fills, events, streams that wait, host functions, graphs.</summary>
internal static class DriverChecks
{
    private const int Bytes = (1 << 20) + 12;
    private static readonly string Shape = $"{Bytes} bytes";

    public static IEnumerable<Check> All() =>
    [
        Of("copies, pinned", PinnedCopies),
        Of("copies, pageable", PageableCopies),
        Of("fill, 8 and 32 bits", Fills),
        Of("events, elapsed time", Events),
        Of("two streams, one waits", Waiting),
        Of("host function", HostFunction),
        Of("graph: capture, launch", Graph),
        Of("graph: update", GraphUpdate),
    ];

    private static Check Of(string name, Func<TestDevice, Outcome> run) => new($"driver {name}", "-", Shape, run);

    private static Outcome PinnedCopies(TestDevice device)
    {
        PinnedMemory from = Pinned(device, 1), to = Pinned(device, 2);
        DeviceMemory first = Device(device), second = Device(device);
        device.Run(() =>
        {
            device.Stream.Copy(from, first);
            device.Stream.Copy(first, second);
            device.Stream.Copy(second, to);
        });
        device.Stream.Synchronize();
        return Same(from.AsSpan<byte>(), to.AsSpan<byte>());
    }

    private static Outcome PageableCopies(TestDevice device)
    {
        byte[] from = Pattern(3), to = new byte[Bytes];
        DeviceMemory memory = device.Upload(from);
        device.Stream.Download<byte>(memory, to);
        return Same(from, to);
    }

    private static Outcome Fills(TestDevice device)
    {
        const uint Word = 0x01234567;
        const int Head = Bytes / 8 * 4;
        DeviceMemory memory = Device(device);
        DeviceSlice head = memory.Slice(0, Head), tail = memory.Slice(Head, Bytes - Head);
        device.Run(() =>
        {
            device.Stream.Fill((byte)0x5A, head);
            device.Stream.Fill(Word, tail);
        });
        byte[] to = new byte[Bytes];
        device.Stream.Download<byte>(memory, to);
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(to.AsSpan(Head));
        return Outcome.Expect(!to.AsSpan(0, Head).ContainsAnyExcept((byte)0x5A) && !words.ContainsAnyExcept(Word), "the memory holds something else");
    }

    private static Outcome Events(TestDevice device)
    {
        CudaEvent start = device.Own(new CudaEvent(device.Context, timing: true)), end = device.Own(new CudaEvent(device.Context, timing: true));
        DeviceMemory memory = Device(device);
        device.Stream.Record(start);
        device.Stream.Fill((byte)1, memory);
        device.Stream.Record(end);
        end.Synchronize();
        float elapsed = end.ElapsedMs(start);
        return Outcome.Expect(end.IsComplete && start.IsComplete && elapsed >= 0, $"{elapsed} ms between two events, complete: {start.IsComplete}, {end.IsComplete}");
    }

    private static Outcome Waiting(TestDevice device)
    {
        PinnedMemory from = Pinned(device, 4), to = Pinned(device, 5);
        DeviceMemory memory = Device(device);
        CudaStream other = device.Own(new CudaStream(device.Context));
        CudaEvent copied = device.Own(new CudaEvent(device.Context));
        device.Stream.Copy(from, memory);
        device.Stream.Record(copied);
        other.WaitFor(copied);
        other.Copy(memory, to);
        other.Synchronize();
        return Same(from.AsSpan<byte>(), to.AsSpan<byte>());
    }

    /// <summary>It is called behind the copy, once.</summary>
    private static Outcome HostFunction(TestDevice device)
    {
        byte[] pattern = Pattern(6);
        PinnedMemory to = Pinned(device, 7);
        DeviceMemory memory = device.Upload(pattern);
        (int calls, bool wasThere) = (0, false);
        device.Stream.Copy(memory, to);
        device.Stream.Call(() => (calls, wasThere) = (calls + 1, to.AsSpan<byte>().SequenceEqual(pattern)));
        device.Stream.Synchronize();
        return Outcome.Expect(calls == 1 && wasThere, $"called {calls} times, behind the copy: {wasThere}");
    }

    private static Outcome Graph(TestDevice device)
    {
        PinnedMemory from = Pinned(device, 8), to = Pinned(device, 9);
        using CudaGraph graph = Capture(device, from, Device(device), to);
        using CudaGraphExec exec = graph.Instantiate();
        exec.Upload(device.Stream);
        Outcome worst = Outcome.Expect(graph.NodeCount == 2, $"a graph of two copies has {graph.NodeCount} nodes");
        for (int seed = 10; seed < 12; seed++)
        {
            Pattern(seed).CopyTo(from.AsSpan<byte>());
            exec.Launch(device.Stream);
            device.Stream.Synchronize();
            worst = Outcome.Worst(worst, Same(from.AsSpan<byte>(), to.AsSpan<byte>()));
        }

        return worst;
    }

    private static Outcome GraphUpdate(TestDevice device)
    {
        PinnedMemory from = Pinned(device, 12), to = Pinned(device, 13), other = Pinned(device, 14);
        using CudaGraph graph = Capture(device, from, Device(device), to);
        using CudaGraphExec exec = graph.Instantiate();
        using CudaGraph changed = Capture(device, from, Device(device), other);
        if (!exec.TryUpdate(changed))
        {
            return device.Context.Libraries.DriverVersion.Major < 12
                ? throw new UnsupportedByDeviceException("the driver is older than 12.0")
                : Outcome.Without(Verdict.Failed, "a graph of the same form was refused");
        }

        byte[] before = to.AsSpan<byte>().ToArray();
        exec.Launch(device.Stream);
        device.Stream.Synchronize();
        return Outcome.Worst(Same(before, to.AsSpan<byte>()), Same(from.AsSpan<byte>(), other.AsSpan<byte>()));
    }

    private static CudaGraph Capture(TestDevice device, PinnedMemory from, DeviceMemory memory, PinnedMemory to)
    {
        using StreamCapture capture = device.Stream.BeginCapture();
        device.Stream.Copy(from, memory);
        device.Stream.Copy(memory, to);
        return capture.End();
    }

    private static Outcome Same(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        int same = expected.CommonPrefixLength(actual);
        return Outcome.Expect(same == expected.Length, $"byte {same} differs");
    }

    private static byte[] Pattern(int seed)
    {
        byte[] bytes = new byte[Bytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static PinnedMemory Pinned(TestDevice device, int seed)
    {
        PinnedMemory memory = device.Own(new PinnedMemory(device.Context, Bytes));
        Pattern(seed).CopyTo(memory.AsSpan<byte>());
        return memory;
    }

    private static DeviceMemory Device(TestDevice device) => device.Own(new DeviceMemory(device.Context, Bytes));
}

using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Cli.SelfTest;

/// <summary>What the engine rests on in graphs with observers, and documents alone say: a device is asked first.</summary>
internal static class GraphChecks
{
    private const int Bytes = 4 << 20;

    /// <summary>Work before the mark: milliseconds on a GPU.</summary>
    private const int Fills = 2000, FillsWhereEmulated = 3;

    public static IEnumerable<Check> All() =>
    [
        Of("graph: an event is armed anew by each launch", ArmedAnew),
        Of("graph: an event of the capture alone is nobody else's", OfTheCapture),
        Of("graph: a second stream is forked and joined", Forked),
    ];

    private static Check Of(string name, Func<TestDevice, Outcome> run) => new($"driver {name}", "-", $"{Bytes} bytes", run);

    /// <summary>Asked right after a launch, the event has not come (or its data has); waited for, the data is this launch's.</summary>
    private static Outcome ArmedAnew(TestDevice device)
    {
        RequireExternalEvents(device);
        (PinnedMemory from, PinnedMemory to) = (device.Own(new PinnedMemory(device.Context, Bytes)), device.Own(new PinnedMemory(device.Context, Bytes)));
        DeviceMemory memory = device.Own(new DeviceMemory(device.Context, Bytes)), scratch = device.Own(new DeviceMemory(device.Context, Bytes));
        CudaEvent arrived = device.Own(new CudaEvent(device.Context));
        int fills = device.Context.Device.IsEmulated() ? FillsWhereEmulated : Fills;
        using CudaGraphExec graph = Capture(device, () =>
        {
            for (int i = 0; i < fills; i++)
            {
                device.Stream.Fill((byte)i, scratch);
            }

            device.Stream.Copy(from, memory);
            device.Stream.Copy(memory, to);
            device.Stream.RecordExternal(arrived);
        });
        graph.Upload(device.Stream);
        for (byte launch = 1; launch <= 3; launch++)
        {
            from.AsSpan<byte>().Fill(launch);
            graph.Launch(device.Stream);
            if (arrived.IsComplete && to.AsSpan<byte>()[^1] != launch)
            {
                return Outcome.Expect(holds: false, $"asked right after launch {launch}, the event still stands for the launch before");
            }

            arrived.Synchronize();
            if (to.AsSpan<byte>().ContainsAnyExcept(launch))
            {
                return Outcome.Expect(holds: false, $"the wait for the event of launch {launch} ended before its data was there");
            }
        }

        device.Stream.Synchronize();
        return Outcome.Expect(holds: true, "");
    }

    private static Outcome OfTheCapture(TestDevice device)
    {
        DeviceMemory memory = device.Own(new DeviceMemory(device.Context, Bytes));
        CudaEvent start = device.Own(new CudaEvent(device.Context, timing: true)), mark = device.Own(new CudaEvent(device.Context, timing: true));
        device.Stream.Record(start);
        using CudaGraphExec graph = Capture(device, () =>
        {
            device.Stream.Fill((byte)1, memory);
            device.Stream.Record(mark);
        });
        graph.Launch(device.Stream);
        device.Stream.Synchronize();
        try
        {
            _ = mark.ElapsedMs(start);
            return Outcome.Expect(holds: false, "the event has a time outside, as if it had been recorded for others");
        }
        catch (CudaException exception) when (exception.Number == (int)CUresult.CUDA_ERROR_CAPTURED_EVENT)
        {
            return Outcome.Expect(holds: true, "");
        }
    }

    private static Outcome Forked(TestDevice device)
    {
        RequireExternalEvents(device);
        CudaStream copies = device.Own(new CudaStream(device.Context));
        PinnedMemory to = device.Own(new PinnedMemory(device.Context, Bytes));
        DeviceMemory first = device.Own(new DeviceMemory(device.Context, Bytes)), second = device.Own(new DeviceMemory(device.Context, Bytes));
        CudaEvent forked = device.Own(new CudaEvent(device.Context)), arrived = device.Own(new CudaEvent(device.Context)), joined = device.Own(new CudaEvent(device.Context));
        using CudaGraphExec graph = Capture(device, () =>
        {
            device.Stream.Fill((byte)7, first);
            device.Stream.Record(forked);
            copies.WaitFor(forked);
            copies.Copy((DeviceSlice)first, to);
            copies.RecordExternal(arrived);
            copies.Record(joined);
            device.Stream.Fill((byte)9, second);
            device.Stream.WaitFor(joined);
        });
        for (int launch = 0; launch < 2; launch++)
        {
            to.AsSpan<byte>().Clear();
            graph.Launch(device.Stream);
            arrived.Synchronize();
            if (to.AsSpan<byte>().ContainsAnyExcept((byte)7))
            {
                return Outcome.Expect(holds: false, $"launch {launch + 1}: the forked copy had not arrived when its event came");
            }

            device.Stream.Synchronize();
        }

        return Outcome.Expect(holds: true, "");
    }

    private static void RequireExternalEvents(TestDevice device)
    {
        if (!device.Context.HasExternalEvents)
        {
            throw new UnsupportedByDeviceException("the driver is older than 11.1");
        }
    }

    private static CudaGraphExec Capture(TestDevice device, Action work)
    {
        using StreamCapture capture = device.Stream.BeginCapture();
        work();
        using CudaGraph graph = capture.End();
        return graph.Instantiate();
    }
}

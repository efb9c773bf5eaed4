using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using Xunit;
using static CudaNet.Emulator.Tests.Device.DeviceProgram;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>A seed replays; many threads neither hang nor disturb each other.</summary>
public sealed unsafe class SeedRules
{
    [Fact]
    public void A_program_of_one_thread_replays_exactly_from_its_seed()
    {
        var orders = new HashSet<string>();
        for (int seed = 0; seed < 50; seed++)
        {
            string order = Order(seed);
            Assert.Equal(order, Order(seed));
            orders.Add(order);
        }

        Assert.InRange(orders.Count, 25, 50);
    }

    [Fact]
    public void Three_streams_with_events_give_equal_numbers_under_a_thousand_seeds()
    {
        for (int seed = 0; seed < 1000; seed++)
        {
            using var program = new DeviceProgram(seed);
            Assert.Equal(Expected, ThreeStreams(program, captured: seed % 2 == 0));
            Assert.Empty(program.Machine.Findings);
        }
    }

    [Fact]
    public void Many_threads_neither_hang_nor_disturb_each_other()
    {
        using var program = new DeviceProgram(11);
        delegate* unmanaged<nint, void> function = &Sleep;
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            program.Machine.Contexts.Push(program.Context);
            for (int round = 0; round < 50; round++)
            {
                Assert.Equal(Expected, ThreeStreams(program, captured: round % 2 == 0));
                EmulatedStream stream = program.Stream();
                Ok(program.Enqueue(stream, new HostFunctionOperation((nint)function, 0)));
                Ok(program.Call("cuStreamDestroy_v2", stream.Destroy));
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Assert.All(threads, thread => Assert.True(thread.Join(TimeSpan.FromMinutes(2))));
        Ok(program.Synchronize());
        Assert.Empty(program.Machine.Findings);
        Assert.Empty(program.Machine.Scheduler.Pending);
    }

    private const int Expected = (((3 + 1) * 10) + (3 + 2)) * 2;

    private static int ThreeStreams(DeviceProgram program, bool captured)
    {
        (EmulatedStream main, EmulatedStream left, EmulatedStream right) = (program.Stream(), program.Stream(), program.Stream());
        (EmulatedEvent start, EmulatedEvent leftEnd, EmulatedEvent rightEnd) = (program.Event(), program.Event(), program.Event());
        (ulong a, ulong b, ulong c, ulong host) = (program.Alloc(), program.Alloc(), program.Alloc(), program.Pinned());
        if (captured)
        {
            Ok(program.Begin(main));
        }

        Ok(program.Set(main, a, 3));
        Ok(program.Record(start, main));
        Ok(program.Wait(left, start));
        Ok(program.Wait(right, start));
        Ok(program.Add(left, b, a, 1));
        Ok(program.Enqueue(left, new TestOperation("times 10", x => x.Int(b) *= 10)));
        Ok(program.Add(right, c, a, 2));
        Ok(program.Record(leftEnd, left));
        Ok(program.Record(rightEnd, right));
        Ok(program.Wait(main, leftEnd));
        Ok(program.Wait(main, rightEnd));
        Ok(program.Enqueue(main, new TestOperation("sum", x => x.Int(a) = (x.Int(b) + x.Int(c)) * 2)));
        Ok(program.CopyAsync(main, host, a));
        if (captured)
        {
            Ok(program.End(main, out EmulatedGraph? graph));
            EmulatedGraphExec exec = program.Instantiate(graph!);
            Ok(program.Launch(exec, main));
            Ok(program.Launch(exec, main));
        }

        Ok(program.Synchronize(main));
        return Host(host);
    }

    private static string Order(int seed)
    {
        using var program = new DeviceProgram(seed);
        EmulatedStream[] streams = [program.Stream(), program.Stream(), program.Stream(), program.Stream()];
        for (int i = 0; i < 12; i++)
        {
            Ok(program.Enqueue(streams[i % 4], new TestOperation($"{i}", _ => { })));
            program.Query(streams[(i + 1) % 4]);
        }

        Ok(program.Synchronize());
        return string.Join(' ', program.Machine.Operations.Operations.Select(operation => operation.Name));
    }

    [UnmanagedCallersOnly]
    private static void Sleep(nint data) => Thread.Yield();
}

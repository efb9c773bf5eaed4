using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Emulator.Tests.Device.DeviceProgram;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>Streams, the legacy stream, and the order in which queued work runs.</summary>
public sealed class SchedulingRules
{
    private const int Seeds = 200;

    [Fact]
    public void Work_of_one_stream_runs_in_order_under_every_seed()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            using var program = new DeviceProgram(seed);
            EmulatedStream stream = program.Stream();
            EmulatedStream other = program.Stream();
            ulong a = program.Alloc();
            Ok(program.Set(stream, a, 1));
            Ok(program.Add(other, program.Alloc(), a, 0));
            Ok(program.Enqueue(stream, new TestOperation("double", c => c.Int(a) *= 2)));
            Ok(program.Enqueue(stream, new TestOperation("plus 5", c => c.Int(a) += 5)));
            Ok(program.Enqueue(stream, new TestOperation("triple", c => c.Int(a) *= 3)));
            Ok(program.Synchronize(stream));
            Assert.Equal(21, program.Read(a));
        }
    }

    [Fact]
    public void A_missing_event_wait_gives_a_wrong_number_under_some_seed()
    {
        int wrong = Enumerable.Range(0, Seeds).Count(seed => TwoStreams(seed, waits: false) != 42);
        Assert.InRange(wrong, 1, Seeds);
    }

    [Fact]
    public void A_missing_wait_before_memory_is_written_again_gives_a_wrong_number_under_some_seed()
    {
        int wrong = Enumerable.Range(0, Seeds).Count(seed => Overwritten(seed, waits: false) != 7);
        Assert.InRange(wrong, 1, Seeds - 1);
        Assert.All(Enumerable.Range(0, Seeds), seed => Assert.Equal(7, Overwritten(seed, waits: true)));
    }

    [Fact]
    public void With_the_event_wait_no_seed_gives_a_wrong_number()
        => Assert.All(Enumerable.Range(0, Seeds), seed => Assert.Equal(42, TwoStreams(seed, waits: true)));

    [Fact]
    public void The_legacy_stream_waits_for_blocking_streams_and_they_for_it()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            using var program = new DeviceProgram(seed);
            EmulatedStream first = program.Stream(isBlocking: true);
            EmulatedStream second = program.Stream(isBlocking: true);
            (ulong a, ulong b, ulong c) = (program.Alloc(), program.Alloc(), program.Alloc());
            Ok(program.Set(first, a, 10));
            Ok(program.Add(program.Legacy, b, a, 1));
            Ok(program.Add(second, c, b, 1));
            Ok(program.Synchronize(second));
            Assert.Equal(12, program.Read(c));
        }
    }

    [Fact]
    public void A_blocking_stream_that_was_destroyed_with_work_pending_is_still_waited_for()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            using var program = new DeviceProgram(seed);
            EmulatedStream stream = program.Stream(isBlocking: true);
            ulong a = program.Alloc();
            Ok(program.Set(stream, a, 10));
            Ok(program.Call("cuStreamDestroy_v2", stream.Destroy));
            program.Stream();
            Assert.Equal(10, program.Read(a));
        }
    }

    [Fact]
    public void A_non_blocking_stream_has_no_order_with_the_legacy_stream()
    {
        int wrong = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            using var program = new DeviceProgram(seed);
            EmulatedStream stream = program.Stream();
            ulong a = program.Alloc();
            Ok(program.Set(stream, a, 10));
            wrong += program.Read(a) == 10 ? 0 : 1;
        }

        Assert.InRange(wrong, 1, Seeds);
    }

    [Fact]
    public void Queries_answer_not_ready_at_times_and_a_loop_of_them_ends()
    {
        bool anyNotReady = false;
        for (int seed = 0; seed < Seeds; seed++)
        {
            using var program = new DeviceProgram(seed);
            EmulatedStream stream = program.Stream();
            ulong a = program.Alloc();
            for (int i = 0; i < 10; i++)
            {
                Ok(program.Set(stream, a, (uint)i));
            }

            int polls = 0;
            for (CUresult result; (result = program.Query(stream)) != CUDA_SUCCESS; polls++)
            {
                Assert.Equal(CUDA_ERROR_NOT_READY, result);
                Assert.InRange(polls, 0, 1000);
            }

            anyNotReady |= polls > 0;
            Assert.Equal(9, program.Read(a));
        }

        Assert.True(anyNotReady);
    }

    [Fact]
    public void A_stream_may_be_made_while_a_query_of_the_legacy_stream_runs_a_host_function()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            using var program = new DeviceProgram(seed);
            EmulatedStream[] streams = [program.Stream(isBlocking: true), program.Stream(isBlocking: true)];
            EmulatedContext context = program.Context;
            foreach (EmulatedStream stream in streams)
            {
                Ok(program.Enqueue(stream, new TestOperation("host function", c => EmulatedHostFunctions.Run(c.Machine!, () => OnAnotherThread(() =>
                {
                    c.Machine!.Contexts.Push(context);
                    program.Stream(isBlocking: true);
                })))));
            }

            CUresult answer;
            while ((answer = program.Query(program.Legacy)) == CUDA_ERROR_NOT_READY)
            {
            }

            Ok(answer);
        }
    }

    [Fact]
    public void A_destroyed_stream_is_refused_and_its_handle_is_remembered()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        nint handle = stream.Handle;
        Ok(program.Call("cuStreamDestroy_v2", stream.Destroy));
        Assert.Equal(CUDA_ERROR_CONTEXT_IS_DESTROYED, program.Set(stream, program.Alloc(), 1));
        using NativeCall call = NativeCall.Enter("cuLaunchKernel");
        Assert.Equal(CUDA_ERROR_CONTEXT_IS_DESTROYED, call.Stream(handle, out _));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, call.Stream(handle + 1, out _));
        Assert.Contains(FindingKind.Handle, program.Found);
    }

    [Fact]
    public void The_legacy_stream_cannot_be_destroyed()
    {
        using var program = new DeviceProgram();
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, program.Call("cuStreamDestroy_v2", program.Legacy.Destroy));
    }

    [Fact]
    public void Allocating_and_freeing_elsewhere_waits_for_nothing()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream(isBlocking: true);
        ulong idle = program.Alloc(), pinned = program.Pinned();
        Ok(program.Set(stream, program.Alloc(), 1));
        program.Alloc();
        program.Pinned();
        Ok(program.Free(idle));
        Ok(program.FreeHost(pinned));
        Assert.True(stream.HasWork);
    }

    [Fact]
    public void Special_handles_mean_the_legacy_stream_and_the_threads_own()
    {
        using var program = new DeviceProgram();
        using NativeCall call = NativeCall.Enter("cuStreamQuery");
        Ok(call.Stream(0, out EmulatedStream zero));
        Ok(call.Stream(1, out EmulatedStream one));
        Ok(call.Stream(2, out EmulatedStream own));
        Assert.Same(program.Legacy, zero);
        Assert.Same(program.Legacy, one);
        Assert.NotSame(program.Legacy, own);
        Assert.Same(own, program.Context.OfThread());
        Assert.True(own.IsBlocking);
    }

    private static void OnAnotherThread(ThreadStart work)
    {
        var thread = new Thread(work);
        thread.Start();
        thread.Join();
    }

    private static int TwoStreams(int seed, bool waits)
    {
        using var program = new DeviceProgram(seed);
        EmulatedStream first = program.Stream();
        EmulatedStream second = program.Stream();
        EmulatedEvent done = program.Event();
        (ulong a, ulong b) = (program.Alloc(), program.Alloc());
        Ok(program.Set(first, a, 41));
        Ok(program.Record(done, first));
        if (waits)
        {
            Ok(program.Wait(second, done));
        }

        Ok(program.Add(second, b, a, 1));
        Ok(program.Synchronize(second));
        return program.Read(b);
    }

    private static int Overwritten(int seed, bool waits)
    {
        using var program = new DeviceProgram(seed);
        EmulatedStream reader = program.Stream();
        EmulatedStream writer = program.Stream();
        EmulatedEvent read = program.Event();
        (ulong a, ulong b) = (program.Alloc(), program.Alloc());
        Ok(program.Set(reader, a, 7));
        Ok(program.Synchronize(reader));
        Ok(program.Add(reader, b, a, 0));
        Ok(program.Record(read, reader));
        if (waits)
        {
            Ok(program.Wait(writer, read));
        }

        Ok(program.Set(writer, a, 100));
        Ok(program.Synchronize());
        return program.Read(b);
    }
}

using CudaNet.Emulator.Tests.Documents;
using CudaNet.Emulator.Tests.Exports;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Safe;

/// <summary>Handles that other code made, which is played here by raw calls of the driver: a context of its own, a stream, an event, memory.</summary>
public sealed unsafe class ForeignHandleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Two_sides_share_memory_and_order(int seed)
    {
        using Other other = new(seed);
        DriverHost.Ok(other.Api.cuMemsetD32Async(other.Memory, BitConverter.SingleToUInt32Bits(1.5f), 4, other.Stream));
        float[] values = ForeignHandlesExample.Run(other.Cuda, (other.Context, other.Stream, other.Event, other.Memory, 16));
        Assert.Equal([1.5f, 1.5f, 1.5f, 1.5f], values);

        // Nothing of theirs was destroyed, and what they queue now runs behind our fill.
        float* back = other.Pinned(16);
        DriverHost.Ok(other.Api.cuCtxSetCurrent(other.Context));
        DriverHost.Ok(other.Api.cuMemcpyDtoHAsync_v2(back, other.Memory, 16, other.Stream));
        DriverHost.Ok(other.Api.cuEventRecord(other.Event, other.Stream));
        DriverHost.Ok(other.Api.cuEventSynchronize(other.Event));
        Assert.Equal([0f, 0f, 0f, 0f], new ReadOnlySpan<float>(back, 4).ToArray());
        Assert.Empty(other.Machine.Findings);
    }

    [Fact]
    public void Without_the_event_the_order_is_found_missing()
    {
        using Other other = new(seed: 1);
        using CudaContext context = CudaContext.FromHandle(other.Cuda, other.Context);
        using CudaStream ours = new(context);
        using DeviceMemory buffer = DeviceMemory.FromAddress(context, new DeviceAddress(other.Memory), 16);
        DriverHost.Ok(other.Api.cuMemsetD32Async(other.Memory, 1, 4, other.Stream));
        ours.Fill(2u, buffer);
        Assert.Contains(other.Machine.Findings, finding => finding.Kind == FindingKind.Race);
        context.Synchronize();
    }

    [Fact]
    public void Plain_handles_of_ours_work_in_raw_calls()
    {
        using Other other = new(seed: 1);
        using (CudaContext context = new(other.Cuda.Devices[0]))
        using (CudaStream stream = new(context))
        using (CudaEvent mark = new(context))
        using (DeviceMemory memory = new(context, 16))
        {
            DriverHost.Ok(other.Api.cuCtxSetCurrent(context.NativeHandle));
            DriverHost.Ok(other.Api.cuMemsetD32Async(memory.Address.Value, 3, 4, stream.NativeHandle));
            DriverHost.Ok(other.Api.cuEventRecord(mark.NativeHandle, stream.NativeHandle));
            mark.Synchronize();
            uint[] values = new uint[4];
            stream.Download<uint>(memory, values);
            Assert.Equal([3u, 3u, 3u, 3u], values);
            stream.Dispose();
            Assert.Throws<ObjectDisposedException>(() => stream.NativeHandle);
        }

        other.MakeCurrent();
    }

    /// <summary>The other side makes another context current between two of our calls.</summary>
    [Fact]
    public void A_borrowed_context_is_made_current_at_each_call()
    {
        using Other other = new(seed: 1);
        using CudaContext context = CudaContext.FromHandle(other.Cuda, other.Context);
        nint second;
        DriverHost.Ok(other.Api.cuCtxCreate_v2(&second, 0, 0));
        using (CudaStream ours = new(context))
        using (DeviceMemory memory = new(context, 16))
        {
            DriverHost.Ok(other.Api.cuCtxSetCurrent(second));
            ours.Fill(1u, memory);
            DriverHost.Ok(other.Api.cuCtxSetCurrent(second));
            ours.Synchronize();
            DriverHost.Ok(other.Api.cuCtxSetCurrent(second));
        }

        context.Dispose();
        DriverHost.Ok(other.Api.cuCtxDestroy_v2(second));
        other.MakeCurrent();
        Assert.Empty(other.Machine.Findings);
    }

    [Fact]
    public void The_default_streams_of_the_driver_are_taken_by_their_numbers()
    {
        using Other other = new(seed: 1);
        using CudaContext context = CudaContext.FromHandle(other.Cuda, other.Context);
        using DeviceMemory buffer = DeviceMemory.FromAddress(context, new DeviceAddress(other.Memory + 4), 8);
        foreach (nint number in (nint[])[0, 1, 2])
        {
            using CudaStream stream = CudaStream.FromHandle(context, number);
            Assert.Equal(number, stream.NativeHandle);
            stream.Fill((uint)number, buffer);
            uint[] values = new uint[2];
            stream.Download<uint>(buffer, values);
            Assert.Equal([(uint)number, (uint)number], values);
        }
    }

    [Fact]
    public void A_wrong_handle_is_found_at_the_call()
    {
        using Other other = new(seed: 1);
        using CudaContext context = CudaContext.FromHandle(other.Cuda, other.Context);
        float* pinned = other.Pinned(64);
        (nint second, nint stream, ulong memory) = other.Second();
        float* unknown = stackalloc float[1];

        Says("is of the context", Assert.Throws<ArgumentException>(() => CudaStream.FromHandle(context, stream)));
        Says("cuStreamGetCtx", Assert.Throws<CudaException>(() => CudaStream.FromHandle(context, 0x1234)));
        Says("cuEventQuery", Assert.Throws<CudaException>(() => CudaEvent.FromHandle(context, 0)));
        Says("cuEventQuery", Assert.Throws<CudaException>(() => CudaEvent.FromHandle(context, stream)));
        Says("memory of the context", Assert.Throws<ArgumentException>(() => DeviceMemory.FromAddress(context, new DeviceAddress(memory), 64)));
        Says("host memory", Assert.Throws<ArgumentException>(() => DeviceMemory.FromAddress(context, new DeviceAddress((ulong)pinned), 64)));
        Says("knows no memory", Assert.Throws<ArgumentException>(() => DeviceMemory.FromAddress(context, new DeviceAddress((ulong)unknown), 4)));
        Says("8 bytes are left", Assert.Throws<ArgumentException>(() => DeviceMemory.FromAddress(context, new DeviceAddress(other.Memory + 8), 12)));
        Assert.Throws<ArgumentOutOfRangeException>(() => DeviceMemory.FromAddress(context, new DeviceAddress(other.Memory), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => CudaContext.FromHandle(other.Cuda, 0));
        Says("cuCtxSetCurrent", Assert.Throws<CudaException>(() => CudaContext.FromHandle(other.Cuda, stream)));

        DriverHost.Ok(other.Api.cuMemFree_v2(memory));
        Says("knows no memory", Assert.Throws<ArgumentException>(() => DeviceMemory.FromAddress(context, new DeviceAddress(memory), 64)));
        DriverHost.Ok(other.Api.cuStreamDestroy_v2(stream));
        Says("709", Assert.Throws<CudaException>(() => CudaStream.FromHandle(context, stream)));
        DriverHost.Ok(other.Api.cuCtxDestroy_v2(second));
        Says("cuCtxSetCurrent", Assert.Throws<CudaException>(() => CudaContext.FromHandle(other.Cuda, second)));
        other.MakeCurrent();
    }

    /// <summary>Whatever is current then, nothing is freed in it under a handle that was another one's.</summary>
    [Fact]
    public void What_was_made_in_a_context_that_its_owner_destroyed_is_gone_with_it()
    {
        using Other other = new(seed: 1);
        (nint second, _, _) = other.Second();
        CudaContext context = CudaContext.FromHandle(other.Cuda, second);
        List<ReleaseFailure> failures = [];
        context.ReleaseFailed += failures.Add;
        CudaStream stream = new(context);
        DeviceMemory memory = new(context, 64);
        DriverHost.Ok(other.Api.cuCtxDestroy_v2(second));
        other.MakeCurrent();
        long freed = other.Machine.Calls.Count("cuMemFree_v2") + other.Machine.Calls.Count("cuStreamDestroy_v2");
        Assert.Throws<CudaException>(() => stream.Fill(1u, memory));
        memory.Dispose();
        stream.Dispose();
        context.Dispose();
        Assert.Equal(["cuCtxSetCurrent", "cuCtxSetCurrent"], failures.Select(failure => failure.Call));
        Assert.Equal(freed, other.Machine.Calls.Count("cuMemFree_v2") + other.Machine.Calls.Count("cuStreamDestroy_v2"));
        Assert.DoesNotContain(other.Machine.Findings, finding => finding.Kind == FindingKind.UseAfterFree);
        other.MakeCurrent();
        other.ExpectedLeaks = 4;
    }

    [Fact]
    public void An_event_of_another_context_is_found_where_it_is_recorded()
    {
        using Other other = new(seed: 1);
        using CudaContext context = new(other.Cuda.Devices[0]);
        using CudaStream stream = new(context);
        using CudaEvent foreign = CudaEvent.FromHandle(context, other.Event);
        Says("cuEventRecord", Assert.Throws<CudaException>(() => stream.Record(foreign)));
        context.Dispose();
        other.MakeCurrent();
    }

    [Fact]
    public void Memory_of_another_device_is_refused()
    {
        using Other other = new(seed: 1, devices: 2);
        using CudaContext second = new(other.Cuda.Devices[1]);
        Says("memory of device 0", Assert.Throws<ArgumentException>(() => DeviceMemory.FromAddress(second, new DeviceAddress(other.Memory), 16)));
        second.Dispose();
        other.MakeCurrent();
    }

    private static void Says(string words, Exception exception) => Assert.Contains(words, exception.Message, StringComparison.Ordinal);

    /// <summary>The other side. Its disposal frees what it made, each with success, and requires that nobody leaked anything.</summary>
    private sealed class Other : IDisposable
    {
        private readonly List<nint> _pinned = [];

        public Other(int seed, int devices = 1)
        {
            Machine = new EmulatedMachine(new EmulatorOptions { Seed = seed, Devices = [.. Enumerable.Repeat(EmulatedDeviceProfile.Ampere, devices)] });
            Cuda = Machine.Libraries.Load();
            Api = new DriverCalls(new NativeExports(Machine.Libraries.Driver));
            nint context, stream, made;
            ulong memory;
            DriverHost.Ok(Api.cuInit(0));
            DriverHost.Ok(Api.cuCtxCreate_v2(&context, 0, 0));
            DriverHost.Ok(Api.cuStreamCreate(&stream, (uint)CUstream_flags.CU_STREAM_NON_BLOCKING));
            DriverHost.Ok(Api.cuEventCreate(&made, 0));
            DriverHost.Ok(Api.cuMemAlloc_v2(&memory, 16));
            (Context, Stream, Event, Memory) = (context, stream, made, memory);
        }

        public EmulatedMachine Machine { get; }

        public CudaLibraries Cuda { get; }

        public DriverCalls Api { get; }

        public nint Context { get; }

        public nint Stream { get; }

        public nint Event { get; }

        /// <summary>What was not given back before its context was destroyed.</summary>
        public int ExpectedLeaks { get; set; }

        public ulong Memory { get; }

        public void MakeCurrent() => DriverHost.Ok(Api.cuCtxSetCurrent(Context));

        /// <summary>One more context, which is current then, with a stream and 64 bytes.</summary>
        public (nint Context, nint Stream, ulong Memory) Second()
        {
            nint context, stream;
            ulong memory;
            DriverHost.Ok(Api.cuCtxCreate_v2(&context, 0, 0));
            DriverHost.Ok(Api.cuStreamCreate(&stream, 0));
            DriverHost.Ok(Api.cuMemAlloc_v2(&memory, 64));
            return (context, stream, memory);
        }

        public float* Pinned(nuint bytes)
        {
            void* pointer;
            DriverHost.Ok(Api.cuMemHostAlloc(&pointer, bytes, 0));
            _pinned.Add((nint)pointer);
            return (float*)pointer;
        }

        public void Dispose()
        {
            MakeCurrent();
            Assert.All(_pinned, pointer => DriverHost.Ok(Api.cuMemFreeHost((void*)pointer)));
            DriverHost.Ok(Api.cuMemFree_v2(Memory));
            DriverHost.Ok(Api.cuEventDestroy_v2(Event));
            DriverHost.Ok(Api.cuStreamDestroy_v2(Stream));
            DriverHost.Ok(Api.cuCtxDestroy_v2(Context));
            Machine.Dispose();
            Assert.Equal(ExpectedLeaks, Machine.Leaks.Count);
        }
    }
}

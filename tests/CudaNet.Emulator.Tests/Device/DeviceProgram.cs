using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>A program on an emulated machine that calls the core as the exported functions do: each call enters, and leaves.</summary>
internal sealed unsafe class DeviceProgram : IDisposable
{
    private readonly EmulatedContext? _context;

    public DeviceProgram(int seed = 1, EmulatorOptions? options = null, bool initialise = true)
    {
        Machine = new EmulatedMachine((options ?? new EmulatorOptions()) with { Seed = seed });
        if (initialise)
        {
            Machine.IsInitialised = true;
            Assert.Equal(CUDA_SUCCESS, Machine.Devices[0].RetainPrimary(out _context));
            Machine.Contexts.Push(Context);
        }
    }

    public EmulatedMachine Machine { get; }

    public EmulatedContext Context => _context!;

    public EmulatedStream Legacy => Context.Legacy;

    public IEnumerable<FindingKind> Found => Machine.Findings.Select(finding => finding.Kind);

    public CUresult Call(string name, Func<CUresult> body)
    {
        using NativeCall call = NativeCall.Enter(name);
        return call.Injected ?? body();
    }

    public EmulatedStream Stream(bool isBlocking = false)
    {
        EmulatedStream? made = null;
        CUstream_flags flags = isBlocking ? CUstream_flags.CU_STREAM_DEFAULT : CUstream_flags.CU_STREAM_NON_BLOCKING;
        Ok(Call("cuStreamCreate", () => Is(made = Context.CreateStream(flags, 0, "cuStreamCreate"))));
        return made!;
    }

    public EmulatedEvent Event(CUevent_flags flags = CUevent_flags.CU_EVENT_DEFAULT)
    {
        EmulatedEvent? made = null;
        Ok(Call("cuEventCreate", () => Is(made = Context.CreateEvent(flags, "cuEventCreate"))));
        return made!;
    }

    public ulong Alloc(ulong bytes = 256)
    {
        ulong address = 0;
        Ok(Call("cuMemAlloc_v2", () => Allocation.Device(Context, bytes, "cuMemAlloc_v2", out address)));
        return address;
    }

    public ulong Pinned(ulong bytes = 256)
    {
        ulong address = 0;
        Ok(Call("cuMemHostAlloc", () => Allocation.Pinned(Context, bytes, 0, "cuMemHostAlloc", out address)));
        return address;
    }

    public CUresult Free(ulong address) => Call("cuMemFree_v2", () => Allocation.Free(Machine, Context, address));

    public CUresult FreeHost(ulong address) => Call("cuMemFreeHost", () => Allocation.FreeHost(Machine, Context, (void*)address));

    public CUresult Enqueue(EmulatedStream stream, StreamOperation operation) => Call("cuLaunchKernel", () => stream.Enqueue(operation));

    public CUresult CopyAsync(EmulatedStream stream, ulong destination, ulong source, ulong bytes = 4)
        => Call("cuMemcpyAsync", () => Copies.Linear("cuMemcpyAsync", stream, destination, source, bytes, isAsync: true));

    public CUresult Copy(ulong destination, ulong source, ulong bytes = 4)
        => Call("cuMemcpy", () => Copies.Linear("cuMemcpy", Legacy, destination, source, bytes, isAsync: false));

    public CUresult Set(EmulatedStream stream, ulong address, uint value)
        => Call("cuMemsetD32Async", () => Fills.Rows("cuMemsetD32Async", stream, address, 0, value, 4, 1, 1, isAsync: true));

    /// <summary>*to = *from + plus, in 32 bits.</summary>
    public CUresult Add(EmulatedStream stream, ulong to, ulong from, int plus)
        => Enqueue(stream, new TestOperation("add", context => context.Int(to) = context.Int(from) + plus));

    public CUresult Synchronize(EmulatedStream stream) => Call("cuStreamSynchronize", stream.Synchronize);

    public CUresult Synchronize() => Call("cuCtxSynchronize", Context.Synchronize);

    public CUresult Query(EmulatedStream stream) => Call("cuStreamQuery", stream.Query);

    public CUresult Record(EmulatedEvent recorded, EmulatedStream stream) => Call("cuEventRecord", () => recorded.Record(stream));

    public CUresult Wait(EmulatedStream stream, EmulatedEvent waited) => Call("cuStreamWaitEvent", () => waited.LetWait(stream));

    public CUresult Begin(EmulatedStream stream, CUstreamCaptureMode mode = CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL)
        => Call("cuStreamBeginCapture_v2", () => Machine.Captures.Begin(stream, mode));

    public CUresult End(EmulatedStream stream, out EmulatedGraph? graph)
    {
        EmulatedGraph? ended = null;
        CUresult result = Call("cuStreamEndCapture", () => Machine.Captures.End(stream, out ended));
        graph = ended;
        return result;
    }

    public EmulatedGraphExec Instantiate(EmulatedGraph graph, CUgraphInstantiate_flags flags = 0)
    {
        EmulatedGraphExec? exec = null;
        Ok(Call("cuGraphInstantiateWithFlags", () => EmulatedGraphExec.Instantiate(graph, flags, "cuGraphInstantiateWithFlags", out exec)));
        return exec!;
    }

    public CUresult Launch(EmulatedGraphExec exec, EmulatedStream stream) => Call("cuGraphLaunch", () => exec.Launch(stream));

    /// <summary>The 32-bit number at a device address, read by a copy that waits for all blocking streams only.</summary>
    public int Read(ulong address)
    {
        int value = 0;
        Ok(Copy((ulong)&value, address));
        return value;
    }

    /// <summary>A 32-bit number of host memory.</summary>
    public static ref int Host(ulong address) => ref *(int*)address;

    public static void Ok(CUresult result) => Assert.Equal(CUDA_SUCCESS, result);

    public void Dispose() => Machine.Dispose();

    private static CUresult Is(object? made) => made is null ? CUDA_ERROR_UNKNOWN : CUDA_SUCCESS;
}

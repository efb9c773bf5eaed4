using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Emulator.Tests.Device.DeviceProgram;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>Initialisation, contexts, threads, host functions, leaks, and the replay of a seed.</summary>
public sealed unsafe class ProcessRules
{
    private static CUresult _insideHostFunction;

    [Fact]
    public void Before_initialisation_only_a_few_calls_answer()
    {
        using var program = new DeviceProgram(initialise: false);
        Assert.Equal(CUDA_ERROR_NOT_INITIALIZED, program.Call("cuDeviceGetCount", () => CUDA_SUCCESS));
        Assert.Equal(CUDA_ERROR_NOT_INITIALIZED, program.Call("cuMemAlloc_v2", () => CUDA_SUCCESS));
        foreach (string call in (string[])["cuDriverGetVersion", "cuGetErrorName", "cuGetErrorString", "cuGetProcAddress_v2", "cuInit"])
        {
            Ok(program.Call(call, () => CUDA_SUCCESS));
        }
    }

    [Fact]
    public void A_thread_starts_without_a_context_and_most_calls_need_one()
    {
        using var program = new DeviceProgram();
        program.Machine.Contexts.Set(null);
        foreach (string call in (string[])["cuMemAlloc_v2", "cuMemHostAlloc", "cuStreamCreate", "cuEventCreate", "cuModuleLoadData", "cuCtxSynchronize", "cuMemcpyHtoD_v2", "cuMemsetD8_v2", "cuStreamSynchronize"])
        {
            Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, program.Call(call, () => CUDA_SUCCESS));
        }

        Ok(program.Call("cuMemFree_v2", () => Allocation.Free(program.Machine, null, 0)));
        Ok(program.Call("cuMemFreeHost", () => Allocation.FreeHost(program.Machine, null, null)));
        Ok(program.Call("cuDeviceGetAttribute", () => CUDA_SUCCESS));
    }

    [Fact]
    public void Setting_no_context_uncovers_the_one_below()
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { Devices = [EmulatedDeviceProfile.Ampere, EmulatedDeviceProfile.Hopper] });
        Ok(program.Machine.Devices[1].RetainPrimary(out EmulatedContext? other));
        program.Machine.Contexts.Push(other!);
        program.Machine.Contexts.Set(null);
        Assert.Same(program.Context, program.Machine.Contexts.Current);
        Assert.Same(program.Context, program.Machine.Contexts.Pop());
        Assert.Null(program.Machine.Contexts.Pop());
    }

    [Fact]
    public void The_last_release_ends_the_context_and_all_in_it()
    {
        using var program = new DeviceProgram();
        EmulatedDevice device = program.Machine.Devices[0];
        Ok(device.RetainPrimary(out EmulatedContext? again));
        Assert.Same(program.Context, again);
        EmulatedStream stream = program.Stream();
        ulong a = program.Alloc();
        Ok(program.Set(stream, a, 1));
        Ok(device.ReleasePrimary());
        Ok(program.Synchronize(stream));
        Ok(device.ReleasePrimary());
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, device.ReleasePrimary());
        Assert.Equal(CUDA_ERROR_CONTEXT_IS_DESTROYED, program.Set(stream, a, 1));
        Assert.True(program.Machine.Handles.WasDestroyed<EmulatedStream>(stream.Handle));
        Assert.Equal(0ul, program.Machine.Memory.UsedBytes(0));
        Assert.Equal([LeakKind.Stream, LeakKind.DeviceMemory], program.Machine.Leaks.Select(leak => leak.Kind));
    }

    [Fact]
    public void A_reset_ends_the_context_and_keeps_the_count_of_retains()
    {
        using var program = new DeviceProgram();
        EmulatedDevice device = program.Machine.Devices[0];
        device.PrimaryFlags = 4;
        device.ResetPrimary();
        Assert.Null(device.Primary);
        Assert.Equal(0u, device.PrimaryFlags);
        Ok(device.ReleasePrimary());
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, device.ReleasePrimary());
    }

    [Fact]
    public void A_call_inside_a_host_function_is_refused_and_found()
    {
        using var program = new DeviceProgram();
        EmulatedStream stream = program.Stream();
        delegate* unmanaged<nint, void> function = &CallInside;
        Ok(program.Enqueue(stream, new HostFunctionOperation((nint)function, 0)));
        Ok(program.Synchronize(stream));
        Assert.Equal(CUDA_ERROR_NOT_PERMITTED, _insideHostFunction);
        Assert.Equal([FindingKind.Callback], program.Found);
    }

    [Fact]
    public void A_host_function_runs_once_in_its_order_and_never_after_a_fault()
    {
        foreach (bool faults in (bool[])[false, true])
        {
            using var program = new DeviceProgram();
            EmulatedStream stream = program.Stream();
            int calls = 0;
            delegate* unmanaged<nint, void> function = &Increment;
            if (faults)
            {
                Ok(program.Enqueue(stream, new TestOperation("bad", _ => throw new DeviceFault(CUDA_ERROR_LAUNCH_FAILED, FindingKind.Trap, "bad"))));
            }

            Ok(program.Enqueue(stream, new HostFunctionOperation((nint)function, (nint)(&calls))));
            Assert.Equal(0, calls);
            program.Synchronize(stream);
            Assert.Equal(faults ? 0 : 1, calls);
        }
    }

    [Fact]
    public void The_report_at_disposal_names_each_object_that_was_not_given_back()
    {
        var program = new DeviceProgram(options: new EmulatorOptions { RecordCallSites = true });
        EmulatedStream stream = program.Stream();
        program.Event();
        program.Alloc(64);
        program.Pinned(32);
        Ok(program.Begin(stream));
        Ok(program.End(stream, out EmulatedGraph? graph));
        program.Instantiate(graph!);
        Ok(program.Free(program.Alloc()));
        program.Dispose();
        Assert.Equal(
            [LeakKind.Context, LeakKind.Stream, LeakKind.Event, LeakKind.DeviceMemory, LeakKind.PinnedMemory, LeakKind.Graph, LeakKind.GraphExec],
            program.Machine.Leaks.Select(leak => leak.Kind));
        Assert.All(program.Machine.Leaks, leak => Assert.Contains(nameof(ProcessRules), leak.CallSite, StringComparison.Ordinal));
        Assert.Contains("64 bytes", program.Machine.Leaks[3].Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disposed_machine_answers_that_the_driver_is_gone_and_the_outer_one_is_current_again()
    {
        using var outer = new DeviceProgram();
        var inner = new DeviceProgram();
        Assert.Same(inner.Machine, EmulatedMachine.Current);
        EmulatedStream foreign = inner.Stream();
        inner.Dispose();
        Assert.Same(outer.Machine, EmulatedMachine.Current);
        using NativeCall call = NativeCall.Enter("cuStreamQuery");
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, call.Stream(foreign.Handle, out _));
    }

    [Fact]
    public void A_thread_that_outlives_its_machine_is_answered_that_the_driver_is_gone()
    {
        var program = new DeviceProgram();
        using var disposed = new ManualResetEventSlim();
        CUresult answer = CUDA_SUCCESS;
        var thread = new Thread(() =>
        {
            disposed.Wait();
            answer = program.Call("cuDeviceGetCount", () => CUDA_SUCCESS);
        });
        thread.Start();
        program.Dispose();
        disposed.Set();
        thread.Join();
        Assert.Equal(CUDA_ERROR_DEINITIALIZED, answer);
    }

    [Fact]
    public void The_machine_flows_to_tasks_and_without_one_the_driver_is_not_there()
    {
        using var program = new DeviceProgram();
        EmulatedMachine? seen = null;
        var thread = new Thread(() => seen = EmulatedMachine.Current);
        thread.Start();
        thread.Join();
        Assert.Same(program.Machine, seen);
        CUresult? answer = null;
        var outside = new Thread(() =>
        {
            using NativeCall call = NativeCall.Enter("cuInit");
            answer = call.Injected;
        });
        outside.UnsafeStart();
        outside.Join();
        Assert.True(answer is CUDA_ERROR_NOT_INITIALIZED or CUDA_ERROR_DEINITIALIZED);
    }

    [UnmanagedCallersOnly]
    private static void CallInside(nint data)
    {
        using NativeCall call = NativeCall.Enter("cuMemFreeHost");
        _insideHostFunction = call.Injected ?? CUDA_SUCCESS;
    }

    [UnmanagedCallersOnly]
    private static void Increment(nint counter) => (*(int*)counter)++;
}

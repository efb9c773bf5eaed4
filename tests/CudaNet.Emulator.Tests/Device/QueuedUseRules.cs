using CudaNet.Emulator.Device;
using Xunit;
using static CudaNet.Emulator.Tests.Device.DeviceProgram;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>Freeing and unloading while queued work uses it, where that waits: <see cref="EmulatorOptions.FreesInUse"/>.</summary>
public sealed class QueuedUseRules
{
    [Theory]
    [InlineData(FreesInUse.Wait)]
    [InlineData(FreesInUse.WaitAndFind)]
    public void Where_frees_wait_memory_goes_behind_all_that_is_queued(FreesInUse rule)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            using var program = new DeviceProgram(seed, new EmulatorOptions { FreesInUse = rule });
            EmulatedStream stream = program.Stream();
            ulong device = program.Alloc(), hidden = program.Alloc(), pinned = program.Pinned();
            Host(pinned) = 41;
            Ok(program.CopyAsync(stream, device, pinned));
            Ok(program.Add(stream, hidden, device, 1));
            Ok(program.FreeHost(pinned));
            Assert.False(stream.HasWork);
            Assert.Equal(42, program.Read(hidden));

            // Nothing says that this work uses the memory.
            Ok(program.Add(stream, hidden, device, 2));
            Ok(program.Free(device));
            Ok(program.Synchronize());
            Assert.Equal(43, program.Read(hidden));
            Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Free(device));
            Assert.Equal(rule == FreesInUse.Wait ? [FindingKind.UseAfterFree] : [FindingKind.FreedInUse, FindingKind.UseAfterFree], program.Found);
        }
    }

    [Theory]
    [InlineData(FreesInUse.Wait)]
    [InlineData(FreesInUse.WaitAndFind)]
    public void Where_frees_wait_a_module_goes_behind_its_kernels(FreesInUse rule)
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { FreesInUse = rule });
        EmulatedStream stream = program.Stream();
        var module = new EmulatedModule(program.Context, new object(), "a module");
        module.Handle = program.Context.Own(module, LeakKind.Module, "cuModuleLoad");
        bool wasThere = false;
        Ok(program.Enqueue(stream, new TestOperation("kernel", _ => wasThere = !module.IsReleased, holds: [module])));
        Ok(program.Call("cuModuleUnload", module.Unload));
        Assert.True(wasThere);
        Assert.True(module.IsReleased);
        Assert.Equal(rule == FreesInUse.Wait ? [] : [FindingKind.FreedInUse], program.Found);
    }

    [Fact]
    public void A_free_that_waited_answers_the_fault_of_the_work()
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { FreesInUse = FreesInUse.Wait, Faults = [FaultInjection.OfOperation(1, 719)] });
        ulong device = program.Alloc();
        Ok(program.Set(program.Stream(), device, 1));
        Assert.Equal(CUDA_ERROR_LAUNCH_FAILED, program.Free(device));
        Assert.DoesNotContain(program.Machine.Leaks, leak => leak.Kind == LeakKind.DeviceMemory);
    }

    [Fact]
    public void What_another_thread_frees_meanwhile_is_freed_once()
    {
        using var program = new DeviceProgram(options: new EmulatorOptions { FreesInUse = FreesInUse.Wait });
        ulong device = program.Alloc();
        Ok(program.Enqueue(program.Stream(), new TestOperation("host function", c => EmulatedHostFunctions.Run(c.Machine!, () =>
        {
            var thread = new Thread(() => c.Machine!.Memory.Release(c.Machine.Memory.Find(device)!));
            thread.Start();
            thread.Join();
        }))));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, program.Free(device));
        Assert.Equal(0ul, program.Machine.Memory.UsedBytes(0));
    }
}

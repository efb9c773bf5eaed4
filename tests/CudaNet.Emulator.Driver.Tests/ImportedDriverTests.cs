using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Kernels.Cuda;
using Xunit;
using static CudaNet.Emulator.Driver.Tests.Imports;

namespace CudaNet.Emulator.Driver.Tests;

/// <summary>
/// A program that talks to the driver through imports, as ManagedCuda does, and CudaNet beside it in the same process, through its own search for libraries:
/// both retain the primary context.
/// </summary>
[Collection(nameof(OneMachine))]
public sealed class ImportedDriverTests
{
    private const string Ptx = """
        .version 6.5
        .target sm_75
        .address_size 64
        .visible .entry addto(.param .u64 values, .param .f32 addend)
        {
            .reg .b32   %index;
            .reg .b64   %address;
            .reg .f32   %value, %addend;
            mov.u32             %index, %tid.x;
            ld.param.u64        %address, [values];
            ld.param.f32        %addend, [addend];
            cvta.to.global.u64  %address, %address;
            mad.wide.u32        %address, %index, 4, %address;
            ld.global.f32       %value, [%address];
            add.rn.f32          %value, %value, %addend;
            st.global.f32       [%address], %value;
            ret;
        }
        """;

    [Fact]
    public void A_kernel_runs_through_imports()
    {
        using Program program = new();
        float[] values = new float[64];
        ulong memory = program.Upload(values);
        program.AddTo(memory, 2.5f, default);
        Ok(cuCtxSynchronize());
        Ok(cuMemcpyDtoH_v2(values, memory, 256));
        Assert.All(values, v => Assert.Equal(2.5f, v));
        Ok(cuMemFree_v2(memory));
    }

    [Fact]
    public void Rows_are_filled_in_pitched_memory()
    {
        using Program program = new();
        Ok(cuDeviceComputeCapability(out int major, out int minor, 0));
        Ok(cuCtxGetSharedMemConfig(out int banks));
        Assert.Equal((8, 0, 1), (major, minor, banks));
        Ok(cuMemAllocPitch_v2(out ulong memory, out nuint pitch, 12, 4, 4));
        Ok(cuMemsetD2D32_v2(memory, pitch, BitConverter.SingleToUInt32Bits(7), 3, 4));
        float[] row = new float[3];
        Ok(cuMemcpyDtoH_v2(row, memory + (3 * pitch), 12));
        Assert.Equal([7f, 7f, 7f], row);
        Ok(cuMemFree_v2(memory));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_retain_the_primary_context_and_either_may_go_first(bool importsFirst)
    {
        CudaLibraries cuda = PublishedLibrary.Load();
        Program program = new();
        CudaContext context = new(cuda.Devices[0]);
        Assert.Equal(program.Context.Pointer, context.NativeHandle);

        Ok(cuStreamCreate(out Handle stream, 1));
        Ok(cuEventCreate(out Handle ready, 2));
        ulong memory = program.Upload(new float[64]);
        program.AddTo(memory, 1, stream);
        Ok(cuEventRecord(ready, stream));
        using (CudaStream ours = new(context))
        using (CudaModule module = new(context, Ptx, "addto.ptx"))
        using (CudaEvent theirMark = CudaEvent.FromHandle(context, ready.Pointer))
        using (CudaStream theirs = CudaStream.FromHandle(context, stream.Pointer))
        using (CudaEvent ourMark = new(context))
        using (DeviceMemory buffer = DeviceMemory.FromAddress(context, new DeviceAddress(memory), 256))
        {
            ours.WaitFor(theirMark);
            module.GetKernel("addto").Launch(ours, LaunchShape.For(64, 64), buffer, 10f);
            ours.Record(ourMark);
            theirs.WaitFor(ourMark);
            program.AddTo(memory, 100, stream);
            float[] values = new float[64];
            theirs.Download<float>(buffer, values);
            Assert.All(values, v => Assert.Equal(111, v));
        }

        Ok(cuMemFree_v2(memory));
        Ok(cuEventDestroy_v2(ready));
        Ok(cuStreamDestroy_v2(stream));
        if (importsFirst)
        {
            program.Dispose();
            using (DeviceMemory still = new(context, 16))
            using (CudaStream stream2 = new(context))
            {
                stream2.Fill(1u, still);
                stream2.Synchronize();
            }

            context.Dispose();
        }
        else
        {
            context.Dispose();
            Ok(cuCtxSetCurrent(program.Context));
            ulong still = program.Upload(new float[64]);
            Ok(cuMemFree_v2(still));
            program.Dispose();
        }

        Ok(cuDevicePrimaryCtxGetState(0, out _, out int active));
        Assert.Equal(0, active);
    }

    private static void Ok(int result) => Assert.Equal(0, result);

    /// <summary>What a binding's context object does: retains the primary context, loads a module.</summary>
    private sealed class Program : IDisposable
    {
        private readonly Handle _module;
        private readonly Handle _addTo;

        public Program()
        {
            PublishedLibrary.Require();
            Ok(cuInit(0));
            Ok(cuDeviceGet(out int device, 0));
            Ok(cuDevicePrimaryCtxRetain(out Handle context, device));
            Ok(cuCtxSetCurrent(context));
            Context = context;
            Ok(cuModuleLoadDataEx(out _module, Encoding.UTF8.GetBytes(Ptx + '\0'), 0, null, null));
            Ok(cuModuleGetFunction(out _addTo, _module, "addto"));
        }

        public Handle Context { get; }

        public ulong Upload(float[] values)
        {
            Ok(cuMemAlloc_v2(out ulong memory, (nuint)(values.Length * sizeof(float))));
            Ok(cuMemcpyHtoD_v2(memory, values, (nuint)(values.Length * sizeof(float))));
            return memory;
        }

        public void AddTo(ulong memory, float addend, Handle stream)
        {
            GCHandle first = GCHandle.Alloc(memory, GCHandleType.Pinned), second = GCHandle.Alloc(addend, GCHandleType.Pinned);
            try
            {
                Ok(cuLaunchKernel(_addTo, 1, 1, 1, 64, 1, 1, 0, stream, [first.AddrOfPinnedObject(), second.AddrOfPinnedObject()], null));
            }
            finally
            {
                first.Free();
                second.Free();
            }
        }

        public void Dispose()
        {
            Ok(cuModuleUnload(_module));
            Ok(cuDevicePrimaryCtxRelease_v2(0));
        }
    }
}

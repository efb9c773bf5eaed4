using CudaNet.Emulator;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Tests.Documents;

/// <summary>The first block of <c>docs/emulator.md</c>, word for word.</summary>
internal static class EmulatorExample
{
    public static void Run()
    {
        // begin
        const string Ptx = """
            .version 6.5
            .target sm_75
            .address_size 64
            .visible .entry twice(.param .u64 values, .param .u32 count)
            {
                .reg .pred  %past;
                .reg .b32   %index, %n;
                .reg .b64   %address;
                .reg .f32   %value;

                ld.param.u32        %n, [count];
                mov.u32             %index, %tid.x;
                setp.gt.u32         %past, %index, %n; // wrong: the thread of index n is past the end
                @%past bra          DONE;
                ld.param.u64        %address, [values];
                cvta.to.global.u64  %address, %address;
                mad.wide.u32        %address, %index, 4, %address;
                ld.global.f32       %value, [%address];
                add.rn.f32          %value, %value, %value;
                st.global.f32       [%address], %value;
            DONE:
                ret;
            }
            """;

        using EmulatedMachine machine = new(new EmulatorOptions { Seed = 7 });
        CudaLibraries cuda = machine.Libraries.Load(); // CudaLibraries.Load() on a machine with a GPU; the rest is the same
        try
        {
            using CudaContext context = new(cuda.Devices[0]);
            using CudaStream stream = new(context);
            using CudaModule module = new(context, Ptx, "twice.ptx");
            using DeviceMemory values = new(context, 5 * sizeof(float));
            stream.Upload<float>([1, 2, 3, 4, 5], values);
            module.GetKernel("twice").Launch(stream, LaunchShape.For(32, 32), values, 5);
            stream.Synchronize();
        }
        catch (DeviceFaultedException fault)
        {
            Console.WriteLine(fault.Message);
        }

        foreach (Finding finding in machine.Findings)
        {
            Console.WriteLine(finding);
        }

        Console.WriteLine($"{machine.Leaks.Count} leaks");
        // end
    }
}

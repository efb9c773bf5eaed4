using CudaNet.Kernels.Cuda;

namespace CudaNet.Emulator.Tests.Documents;

/// <summary>The first block of <c>docs/cuda-from-csharp.md</c>, word for word.</summary>
internal static class VectorAddExample
{
    public static void Run(CudaLibraries cuda)
    {
        // begin
        const string Ptx = """
            .version 6.5
            .target sm_75
            .address_size 64
            .visible .entry add(.param .u64 x, .param .u64 y, .param .u64 sum, .param .u32 count)
            {
                .reg .pred  %past;
                .reg .b32   %index, %blocks, %threads, %thread, %n;
                .reg .b64   %x, %y, %sum, %offset;
                .reg .f32   %a, %b;

                ld.param.u32        %n, [count];
                mov.u32             %blocks, %ctaid.x;
                mov.u32             %threads, %ntid.x;
                mov.u32             %thread, %tid.x;
                mad.lo.s32          %index, %blocks, %threads, %thread;
                setp.ge.s32         %past, %index, %n;
                @%past bra          DONE;
                ld.param.u64        %x, [x];
                ld.param.u64        %y, [y];
                ld.param.u64        %sum, [sum];
                cvta.to.global.u64  %x, %x;
                cvta.to.global.u64  %y, %y;
                cvta.to.global.u64  %sum, %sum;
                mul.wide.s32        %offset, %index, 4;
                add.s64             %x, %x, %offset;
                add.s64             %y, %y, %offset;
                add.s64             %sum, %sum, %offset;
                ld.global.f32       %a, [%x];
                ld.global.f32       %b, [%y];
                add.rn.f32          %a, %a, %b;
                st.global.f32       [%sum], %a;
            DONE:
                ret;
            }
            """;

        float[] left = [1, 2, 3, 4, 5], right = [10, 20, 30, 40, 50], total = new float[5];

        using CudaContext context = new(cuda.Devices[0]);
        using CudaStream stream = new(context);
        using CudaModule module = new(context, Ptx, "add.ptx"); // compiled by the driver for this device
        CudaKernel add = module.GetKernel("add");

        using DeviceMemory x = new(context, 20), y = new(context, 20), sum = new(context, 20);
        stream.Upload<float>(left, x);
        stream.Upload<float>(right, y);
        add.Launch(stream, LaunchShape.For(total.Length), x, y, sum, total.Length); // sizes are compared with the kernel's parameters
        stream.Download<float>(sum, total); // waits for the stream
        Console.WriteLine(string.Join(", ", total));
        // end
    }
}

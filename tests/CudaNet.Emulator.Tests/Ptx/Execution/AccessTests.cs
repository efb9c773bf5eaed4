using CudaNet.Emulator.Device;
using CudaNet.Emulator.Ptx;
using CudaNet.Emulator.Ptx.Execution;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

public sealed class AccessTests
{
    private const string Start = "ld.param.u64 %d0, [p0]; mov.u32 %r0, %tid.x; mul.wide.u32 %d1, %r0, 4; add.s64 %d1, %d0, %d1;\n";

    private static DeviceFault Fault(string body, Func<TestMemory, ulong> argument, string shared = "", int block = 32)
    {
        using TestMemory memory = new();
        ulong value = argument(memory);
        return Assert.Throws<DeviceFault>(() => Interpreter.Run(memory, Interpreter.Kernel(1, Start + body + "\nret;", shared), 1, block, [value]));
    }

    [Fact]
    public void A_read_across_the_end_of_an_allocation_names_kernel_line_thread_and_allocation()
    {
        DeviceFault fault = Fault("\nld.global.u32 %r1, [%d1];", memory => memory.Allocate(31 * 4));
        Assert.Equal(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, fault.Result);
        Assert.Equal(FindingKind.OutOfBounds, fault.Finding.Kind);
        foreach (string part in (string[])["kernel 'k'", "PTX line 14", "ld.global.u32", "block (0, 0, 0)", "thread (31, 0, 0)", "allocation 1 of 124 bytes"])
        {
            Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_address_of_no_allocation_is_found() =>
        Assert.Equal(FindingKind.OutOfBounds, Fault("mov.u64 %d2, 4096; st.global.u32 [%d2], %r0;", memory => memory.Allocate(4)).Finding.Kind);

    [Fact]
    public void Freed_memory_is_found()
    {
        DeviceFault fault = Fault("ld.global.u32 %r1, [%d1];", memory =>
        {
            ulong address = memory.Allocate(256);
            memory.Free(address);
            return address;
        });
        Assert.Equal(FindingKind.UseAfterFree, fault.Finding.Kind);
        Assert.Equal(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, fault.Result);
    }

    [Theory]
    [InlineData("ld.global.u32 %r1, [%d0+2];")]
    [InlineData("ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%d0+8];")]
    [InlineData("st.global.u64 [%d0+4], %d0;")]
    [InlineData("ld.u16 %h1, [%d0+1];")]
    public void A_misaligned_address_is_found(string access)
    {
        DeviceFault fault = Fault(access, memory => memory.Upload<int>(new int[64]));
        Assert.Equal(CUresult.CUDA_ERROR_MISALIGNED_ADDRESS, fault.Result);
        Assert.Equal(FindingKind.Misaligned, fault.Finding.Kind);
    }

    [Fact]
    public void Shared_memory_has_an_end() => Assert.Equal(
        FindingKind.OutOfBounds, Fault("mov.u32 %r1, s; st.shared.u32 [%r1+64], %r0;", memory => memory.Allocate(4), ".shared .align 4 .b8 s[64];\n", 1).Finding.Kind);

    [Fact]
    public void Shared_memory_that_nothing_wrote_may_not_be_read() => Assert.Equal(
        FindingKind.Uninitialised, Fault("mov.u32 %r1, s; ld.shared.u32 %r2, [%r1];", memory => memory.Allocate(4), ".shared .align 4 .b8 s[64];\n").Finding.Kind);

    [Fact]
    public void Shared_memory_of_which_one_byte_is_missing_may_not_be_read_as_a_word() => Assert.Equal(
        FindingKind.Uninitialised,
        Fault(
            "mov.u32 %r1, s; st.shared.u8 [%r1], %r0; st.shared.u8 [%r1+1], %r0; st.shared.u8 [%r1+3], %r0; ld.shared.u32 %r2, [%r1];",
            memory => memory.Allocate(4),
            ".shared .align 4 .b8 s[64];\n",
            1).Finding.Kind);

    [Fact]
    public void The_next_block_finds_nothing_of_the_last_ones_shared_memory()
    {
        using TestMemory memory = new();
        string text = Interpreter.Kernel(
            0,
            "mov.u32 %r1, s; mov.u32 %r0, %ctaid.x; setp.ne.u32 %p1, %r0, 3; @%p1 bra A;\nld.shared.u32 %r2, [%r1];\nA: st.shared.u32 [%r1], %r0;\nret;",
            ".shared .align 4 .b8 s[64];\n");
        Assert.Equal(FindingKind.Uninitialised, Interpreter.Find(text, 16, 1, [], memory).Kind);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 1025)]
    public void A_grid_or_block_out_of_range_is_refused(int grid, int block)
    {
        using TestMemory memory = new();
        DeviceFault fault = Assert.Throws<DeviceFault>(() => Interpreter.Run(memory, Interpreter.Kernel(0, "ret;"), grid, block, []));
        Assert.Equal(CUresult.CUDA_ERROR_INVALID_VALUE, fault.Result);
        Assert.Equal(FindingKind.Launch, fault.Finding.Kind);
    }

    [Fact]
    public void Parameters_of_another_size_and_too_much_shared_memory_are_refused()
    {
        PtxKernel kernel = Interpreter.Parse(Interpreter.Kernel(2, "ret;"));
        PtxDimensions one = new(1, 1, 1);
        Dictionary<PtxVariable, ulong> none = [];
        LaunchLimits limits = new(48 * 1024);
        Assert.NotNull(new KernelLaunch(kernel, one, one, 0, new byte[8], none).Refusal(limits));
        Assert.NotNull(new KernelLaunch(kernel, one, one, 48 * 1024 + 1, new byte[16], none).Refusal(limits));
        Assert.Null(new KernelLaunch(kernel, one, one, 48 * 1024, new byte[16], none).Refusal(limits));
    }
}

using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

public sealed class CounterTests
{
    private static KernelCounters Load(string address, string access, int block = 32)
    {
        using TestMemory memory = new();
        ulong data = memory.Upload<byte>(new byte[1 << 16]);
        return Interpreter.Run(memory, Interpreter.Kernel(1, $"ld.param.u64 %d0, [p0]; mov.u32 %r0, %tid.x; {address} cvt.u64.u32 %d1, %r1; add.s64 %d1, %d1, %d0;\n{access}\nret;"), 1, block, [data]);
    }

    [Theory]
    [InlineData("shl.b32 %r1, %r0, 2;", "ld.global.u32 %r2, [%d1];", 4, 4, 128, 128)]
    [InlineData("shl.b32 %r1, %r0, 3;", "ld.global.u32 %r2, [%d1];", 8, 4, 128, 128)]
    [InlineData("shl.b32 %r1, %r0, 7;", "ld.global.u32 %r2, [%d1];", 32, 4, 128, 128)]
    [InlineData("shl.b32 %r1, %r0, 2;", "ld.global.u32 %r2, [%d1+4];", 5, 4, 128, 128)]
    [InlineData("mov.u32 %r1, 64;", "ld.global.u32 %r2, [%d1];", 1, 1, 128, 4)]
    [InlineData("shl.b32 %r1, %r0, 4;", "ld.global.v4.u32 {%r2, %r3, %r4, %r5}, [%d1];", 16, 16, 512, 512)]
    [InlineData("mov.u32 %r1, %r0;", "ld.global.u8 %r2, [%d1];", 1, 1, 32, 32)]
    [InlineData("xor.b32 %r1, %r0, 31; shl.b32 %r1, %r1, 2;", "ld.global.u32 %r2, [%d1];", 4, 4, 128, 128)]
    [InlineData("and.b32 %r1, %r0, 1; shl.b32 %r1, %r1, 12;", "ld.global.u32 %r2, [%d1];", 2, 1, 128, 8)]
    public void Sectors_and_bytes_of_loads_are_counted_exactly(string address, string access, long sectors, long ideal, long bytes, long distinct)
    {
        KernelCounters counters = Load(address, access);
        Assert.Equal(sectors, counters.GlobalSectors);
        Assert.Equal(ideal, counters.IdealGlobalSectors);
        Assert.Equal(bytes, counters.GlobalBytesLoaded);
        Assert.Equal(distinct, counters.CompulsoryBytesLoaded);
        Assert.Equal(new InstructionCounts(1, 32), counters.Global);
    }

    [Fact]
    public void Bytes_that_two_warps_load_are_compulsory_once()
    {
        KernelCounters counters = Load("and.b32 %r1, %r0, 31; shl.b32 %r1, %r1, 2;", "ld.global.u32 %r2, [%d1];\nld.global.u16 %h2, [%d1];", 64);
        Assert.Equal(2 * (128 + 64), counters.GlobalBytesLoaded);
        Assert.Equal(128, counters.CompulsoryBytesLoaded);
        Assert.Equal(2 * (4 + 2), counters.IdealGlobalSectors);
        Assert.Equal(4 * 4, counters.GlobalSectors);
    }

    [Theory]
    [InlineData("shl.b32 %r1, %r0, 2;", "st.shared.u32 [%r1], %r0;", 1, 1)]
    [InlineData("shl.b32 %r1, %r0, 3;", "st.shared.u32 [%r1], %r0;", 2, 1)]
    [InlineData("shl.b32 %r1, %r0, 7;", "st.shared.u32 [%r1], %r0;", 32, 1)]
    [InlineData("mul.lo.u32 %r1, %r0, 132;", "st.shared.u32 [%r1], %r0;", 1, 1)]
    [InlineData("mov.u32 %r1, 8; mov.u32 %r0, 3;", "st.shared.u32 [%r1], %r0;", 1, 1)]
    [InlineData("shl.b32 %r1, %r0, 3;", "st.shared.v2.u32 [%r1], {%r0, %r0};", 2, 2)]
    [InlineData("shl.b32 %r1, %r0, 4;", "st.shared.v4.u32 [%r1], {%r0, %r0, %r0, %r0};", 4, 4)]
    [InlineData("shl.b32 %r1, %r0, 5;", "st.shared.v4.u32 [%r1], {%r0, %r0, %r0, %r0};", 8, 4)]
    [InlineData("shl.b32 %r1, %r0, 1;", "st.shared.u16 [%r1], %h1;", 1, 1)]
    public void Passes_of_shared_memory_are_counted_exactly(string address, string access, long passes, long ideal)
    {
        using TestMemory memory = new();
        string text = Interpreter.Kernel(0, $"mov.u32 %r0, %tid.x; mov.u32 %r9, s; cvt.u16.u32 %h1, %r0; {address}\nadd.s32 %r1, %r1, %r9; {access}\nret;", ".shared .align 128 .b8 s[8192];\n");
        KernelCounters counters = Interpreter.Run(memory, text, 1, 32, []);
        Assert.Equal(passes, counters.SharedPasses);
        Assert.Equal(ideal, counters.IdealSharedPasses);
    }

    [Fact]
    public void Instructions_are_counted_by_kind_for_warps_and_for_threads()
    {
        using TestMemory memory = new();
        ulong data = memory.Upload<int>([0]);
        string text = Interpreter.Kernel(
            1,
            "ld.param.u64 %d0, [p0];\nmov.u32 %r0, %tid.x;\ncvt.rn.f32.u32 %f0, %r0;\nadd.f32 %f1, %f0, %f0;\nsqrt.rn.f32 %f2, %f1;\nsetp.lt.u32 %p1, %r0, 10;\n"
            + "@%p1 red.global.add.u32 [%d0], 1;\nbar.sync 0;\nret;");
        KernelCounters counters = Interpreter.Run(memory, text, 3, 48, [data]);
        Assert.Equal(new InstructionCounts(6, 3 * 48), counters.Constant);
        Assert.Equal(new InstructionCounts(12, 3 * 96), counters.IntegerArithmetic);
        Assert.Equal(new InstructionCounts(6, 3 * 48), counters.Conversion);
        Assert.Equal(new InstructionCounts(6, 3 * 48), counters.FloatArithmetic);
        Assert.Equal(new InstructionCounts(6, 3 * 48), counters.Special);
        Assert.Equal(new InstructionCounts(6, 30), counters.Atomics);
        Assert.Equal(new InstructionCounts(6, 3 * 48), counters.Synchronisation);
        Assert.Equal(new InstructionCounts(6, 3 * 48), counters.Control);
        Assert.Equal(9 * 6, counters.Instructions.Warps);
    }

    [Fact]
    public void A_seed_gives_the_same_run_and_another_the_same_counts()
    {
        KernelCounters first = Load("shl.b32 %r1, %r0, 2;", "ld.global.u32 %r2, [%d1];", 256);
        Assert.Equal(first, Load("shl.b32 %r1, %r0, 2;", "ld.global.u32 %r2, [%d1];", 256));
    }
}

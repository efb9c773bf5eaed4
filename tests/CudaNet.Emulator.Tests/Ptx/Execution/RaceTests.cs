using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

public sealed class RaceTests
{
    private const string Shared = ".shared .align 16 .b8 s[4096];\n";
    private const string Start = "ld.param.u64 %d0, [p0]; mov.u32 %r0, %tid.x; mov.u32 %r9, s; shl.b32 %r1, %r0, 2; add.s32 %r1, %r1, %r9;\n";
    private const string Publish = "mul.wide.u32 %d1, %r0, 4; add.s64 %d1, %d0, %d1; st.global.u32 [%d1], %r5;\nret;";

    /// <summary>Each thread reads what its opposite wrote.</summary>
    private static string Reverse(string between) => Interpreter.Kernel(
        1,
        Start + "st.shared.u32 [%r1], %r0;\n" + between + "\nmov.u32 %r2, %ntid.x; sub.s32 %r2, %r2, %r0; sub.s32 %r2, %r2, 1; shl.b32 %r3, %r2, 2;"
        + " add.s32 %r3, %r3, %r9;\nld.shared.u32 %r5, [%r3];\n" + Publish,
        Shared);

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(256)]
    public void A_barrier_between_a_write_and_another_threads_read_makes_it_clean(int block)
    {
        using TestMemory memory = new();
        ulong output = memory.Allocate(block * 4);
        Interpreter.Run(memory, Reverse("bar.sync 0;"), 1, block, [output]);
        Assert.Equal(Enumerable.Range(0, block).Reverse(), memory.Download<int>(output, block));
    }

    [Fact]
    public void A_warp_barrier_orders_the_threads_of_a_warp()
    {
        using TestMemory memory = new();
        ulong output = memory.Allocate(128);
        Interpreter.Run(memory, Reverse("bar.warp.sync 0xffffffff;"), 1, 32, [output]);
        Assert.Equal(Enumerable.Range(0, 32).Reverse(), memory.Download<int>(output, 32));
    }

    [Fact]
    public void A_warp_barrier_does_not_order_two_warps()
    {
        using TestMemory memory = new();
        FindingKind kind = Interpreter.Find(Reverse("bar.warp.sync 0xffffffff;"), 1, 64, [memory.Allocate(256)], memory).Kind;
        Assert.True(kind is FindingKind.Race or FindingKind.Uninitialised, kind.ToString());
    }

    [Fact]
    public void Lockstep_does_not_order_the_threads_of_a_warp()
    {
        using TestMemory memory = new();
        Finding finding = Interpreter.Find(Reverse(""), 1, 32, [memory.Allocate(128)], memory);
        Assert.Equal(FindingKind.Race, finding.Kind);
        Assert.Contains("ld.shared.u32", finding.Message, StringComparison.Ordinal);
        Assert.Contains("st.shared.u32", finding.Message, StringComparison.Ordinal);
        Assert.Contains("thread (0, 0, 0)", finding.Message, StringComparison.Ordinal);
        Assert.Contains("thread (31, 0, 0)", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_after_another_threads_read_is_a_race()
    {
        using TestMemory memory = new();
        string text = Interpreter.Kernel(
            1,
            Start + "st.shared.u32 [%r1], %r0;\nbar.sync 0;\nld.shared.u32 %r5, [%r9];\nsetp.eq.u32 %p1, %r0, 5;\n@%p1 st.shared.u32 [%r9], %r0;\n" + Publish,
            Shared);
        Finding finding = Interpreter.Find(text, 1, 32, [memory.Allocate(128)], memory);
        Assert.Equal(FindingKind.Race, finding.Kind);
    }

    [Fact]
    public void Two_lanes_that_store_different_values_at_one_address_race_and_equal_values_do_not()
    {
        using TestMemory memory = new();
        ulong output = memory.Allocate(4);
        string Text(string value) => Interpreter.Kernel(1, $"ld.param.u64 %d0, [p0]; mov.u32 %r0, %tid.x; mov.u32 %r1, 7;\nst.global.u32 [%d0], {value};\nret;");
        Assert.Equal(FindingKind.Race, Interpreter.Find(Text("%r0"), 1, 32, [output], memory).Kind);
        Interpreter.Run(memory, Text("%r1"), 1, 32, [output]);
        Assert.Equal(7, memory.Download<int>(output, 1)[0]);
    }

    [Fact]
    public void Two_blocks_that_write_and_read_the_same_bytes_race()
    {
        using TestMemory memory = new();
        ulong data = memory.Upload<int>(new int[64]);
        string text = Interpreter.Kernel(
            1,
            "ld.param.u64 %d0, [p0]; mov.u32 %r0, %ctaid.x; mov.u32 %r1, %tid.x; mad.lo.s32 %r2, %r0, 32, %r1; mul.wide.u32 %d1, %r2, 4; add.s64 %d1, %d1, %d0;\n"
            + "ld.global.u32 %r3, [%d0];\nst.global.u32 [%d1], %r3;\nret;");
        Finding finding = Interpreter.Find(text, 2, 32, [data], memory);
        Assert.Equal(FindingKind.Race, finding.Kind);
    }

    [Fact]
    public void Threads_that_change_their_own_halves_in_place_do_not_race()
    {
        using TestMemory memory = new();
        ulong data = memory.Upload<ushort>(new ushort[256]);
        string text = Interpreter.Kernel(
            1,
            "ld.param.u64 %d0, [p0]; mov.u32 %r0, %ctaid.x; mov.u32 %r1, %tid.x; mad.lo.s32 %r2, %r0, 64, %r1; mul.wide.u32 %d1, %r2, 2; add.s64 %d1, %d1, %d0;\n"
            + "ld.global.u16 %h1, [%d1];\nadd.s16 %h1, %h1, 3;\nst.global.u16 [%d1], %h1;\nret;");
        Interpreter.Run(memory, text, 4, 64, [data]);
        Assert.All(memory.Download<ushort>(data, 256), value => Assert.Equal(3, value));
    }

    [Fact]
    public void Atomics_of_all_blocks_do_not_race_and_a_plain_store_beside_them_does()
    {
        using TestMemory memory = new();
        ulong data = memory.Upload<int>([0]);
        string Text(string more) => Interpreter.Kernel(
            1, "ld.param.u64 %d0, [p0]; mov.u32 %r0, %tid.x;\nred.global.add.u32 [%d0], 1;\n" + more + "\nret;");
        Interpreter.Run(memory, Text(""), 8, 96, [data]);
        Assert.Equal(8 * 96, memory.Download<int>(data, 1)[0]);
        Assert.Equal(FindingKind.Race, Interpreter.Find(Text("st.global.u32 [%d0], %r0;"), 2, 32, [data], memory).Kind);
    }

    [Fact]
    public void The_last_block_may_read_what_others_published_with_a_fence_and_an_atomic()
    {
        using TestMemory memory = new();
        ulong parts = memory.Allocate(64);
        ulong tickets = memory.Upload<int>([0]);
        ulong result = memory.Upload<int>([-1]);
        string Text(string fence) => Interpreter.Kernel(
            3,
            "ld.param.u64 %d0, [p0]; ld.param.u64 %d1, [p1]; ld.param.u64 %d2, [p2]; mov.u32 %r0, %ctaid.x; mul.wide.u32 %d3, %r0, 4; add.s64 %d3, %d3, %d0;\n"
            + "st.global.u32 [%d3], %r0;\n" + fence + "\natom.global.add.u32 %r1, [%d1], 1;\n" + fence + "\nsetp.ne.u32 %p1, %r1, 15;\n@%p1 ret;\n"
            + "mov.u32 %r2, 0; mov.u32 %r3, 0;\nL: ld.global.u32 %r4, [%d0]; add.s32 %r3, %r3, %r4; add.s64 %d0, %d0, 4; add.s32 %r2, %r2, 1;"
            + " setp.lt.u32 %p2, %r2, 16; @%p2 bra L;\nst.global.u32 [%d2], %r3;\nret;");
        Interpreter.Run(memory, Text("membar.gl;"), 16, 1, [parts, tickets, result]);
        Assert.Equal(120, memory.Download<int>(result, 1)[0]);
        ulong fresh = memory.Upload<int>([0]);
        Assert.Equal(FindingKind.Race, Interpreter.Find(Text(""), 16, 1, [parts, fresh, result], memory).Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16383)]
    [InlineData(16384)]
    [InlineData(40000)]
    public void The_earlier_access_is_named_in_a_program_of_any_length(int instructions)
    {
        using TestMemory memory = new();
        string many = string.Concat(Enumerable.Repeat("ld.param.u64 %d0, [p0];\n", instructions));
        string text = Interpreter.Kernel(1, Start + "st.shared.u16 [%r1+2], %r0;\nst.shared.u16 [%r1], %r0;\n" + many + "ld.shared.u16 %r5, [s];\nst.shared.u8 [s], 7;\nret;", Shared);
        Finding finding = Interpreter.Find(text, 1, 2, [memory.Allocate(128)], memory);
        Assert.Equal(FindingKind.Race, finding.Kind);
        Assert.Contains("read of shared memory", finding.Message, StringComparison.Ordinal);
        Assert.Contains("(st.shared.u16): nothing orders them", finding.Message, StringComparison.Ordinal);

        text = Interpreter.Kernel(1, Start + many + "st.shared.u16 [%r1+2], %r0;\nst.shared.u8 [%r1], %r0;\n" + "ld.shared.u8 %r5, [s];\nret;", Shared);
        finding = Interpreter.Find(text, 1, 2, [memory.Allocate(128)], memory);
        Assert.Contains("(st.shared.u8): nothing orders them", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_bytes_stored_must_be_equal_where_lanes_store_at_once()
    {
        using TestMemory memory = new();
        string text = Interpreter.Kernel(1, Start + "shl.b32 %r5, %r0, 8; or.b32 %r5, %r5, 7; st.shared.u8 [s], %r5; st.global.u8 [%d0], %r5;\nret;", Shared);
        ulong output = memory.Allocate(128);
        Interpreter.Run(memory, text, 1, 32, [output]);
        Assert.Equal(7, memory.Download<byte>(output, 1)[0]);
    }
}

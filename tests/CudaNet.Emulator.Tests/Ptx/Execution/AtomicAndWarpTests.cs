using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

public sealed class AtomicAndWarpTests
{
    [Theory]
    [InlineData("add.u32", 5u, 5u + 496)]
    [InlineData("min.s32", 40u, 0u)]
    [InlineData("max.u32", 4u, 31u)]
    [InlineData("xor.b32", 0u, 0u)]
    [InlineData("or.b32", 64u, 95u)]
    [InlineData("and.b32", 7u, 0u)]
    public void Atomics_on_global_memory(string operation, uint start, uint expected)
    {
        using TestMemory memory = new();
        ulong data = memory.Upload<uint>([start]);
        string text = Interpreter.Kernel(1, $"ld.param.u64 %d0, [p0]; mov.u32 %r0, %tid.x; atom.global.{operation} %r1, [%d0], %r0;\nret;");
        Interpreter.Run(memory, text, 1, 32, [data]);
        Assert.Equal(expected, memory.Download<uint>(data, 1)[0]);
    }

    [Fact]
    public void Increments_wrap_at_their_bound_and_decrements_start_there()
    {
        using TestMemory memory = new();
        ulong data = memory.Upload<uint>([0, 0]);
        string text = Interpreter.Kernel(1, "ld.param.u64 %d0, [p0]; atom.inc.u32 %r1, [%d0], 9; atom.global.dec.u32 %r1, [%d0+4], 9;\nret;");
        Interpreter.Run(memory, text, 1, 32, [data]);
        Assert.Equal([2u, 8u], memory.Download<uint>(data, 2));
    }

    [Fact]
    public void Floats_are_added_atomically()
    {
        using TestMemory memory = new();
        ulong data = memory.Upload<float>([0.5f, 0]);
        string text = Interpreter.Kernel(
            1, "ld.param.u64 %d0, [p0]; red.global.add.f32 [%d0], 0f3F800000; mov.b32 %r1, 0x3C004000; red.global.add.noftz.f16x2 [%d0+4], %r1;\nret;");
        Interpreter.Run(memory, text, 1, 64, [data]);
        Assert.Equal(64.5f, memory.Download<float>(data, 2)[0]);
        Assert.Equal(0x5400_5800u, BitConverter.SingleToUInt32Bits(memory.Download<float>(data, 2)[1]));
    }

    private static uint[] Warp(string body)
    {
        using TestMemory memory = new();
        ulong output = memory.Allocate(128);
        string text = Interpreter.Kernel(
            1,
            "ld.param.u64 %d0, [p0]; mov.u32 %r0, %tid.x; mul.wide.u32 %d1, %r0, 4; add.s64 %d1, %d1, %d0; mul.lo.u32 %r2, %r0, 3; setp.lt.u32 %p1, %r0, 5;\n"
            + body + "\nst.global.u32 [%d1], %r1;\nret;");
        Interpreter.Run(memory, text, 1, 32, [output]);
        return memory.Download<uint>(output, 32);
    }

    [Fact]
    public void Lanes_exchange_values()
    {
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => (uint)(lane ^ 4) * 3), Warp("shfl.sync.bfly.b32 %r1, %r2, 4, 31, 0xffffffff;"));
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => (uint)(lane < 2 ? lane : lane - 2) * 3), Warp("shfl.sync.up.b32 %r1, %r2, 2, 0, -1;"));
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => (uint)(lane % 8 < 5 ? lane + 3 : lane) * 3), Warp("shfl.sync.down.b32 %r1, %r2, 3, 0x181f, -1;"));
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => lane % 8 < 5 ? 1u : 0), Warp("shfl.sync.down.b32 %r3|%p3, %r2, 3, 0x181f, -1; selp.u32 %r1, 1, 0, %p3;"));
        Assert.Equal(Enumerable.Repeat(21u, 32), Warp("shfl.sync.idx.b32 %r1, %r2, 7, 31, -1;"));
    }

    [Fact]
    public void Lanes_vote_match_and_reduce()
    {
        Assert.Equal(Enumerable.Repeat(31u, 32), Warp("vote.sync.ballot.b32 %r1, %p1, -1;"));
        Assert.Equal(Enumerable.Repeat(1u, 32), Warp("vote.sync.any.pred %p3, %p1, -1; selp.u32 %r1, 1, 0, %p3;"));
        Assert.Equal(Enumerable.Repeat(0u, 32), Warp("vote.sync.all.pred %p3, %p1, -1; selp.u32 %r1, 1, 0, %p3;"));
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => 0x01010101u << (lane & 7)), Warp("and.b32 %r3, %r0, 7; match.any.sync.b32 %r1, %r3, -1;"));
        Assert.Equal(Enumerable.Repeat(1488u, 32), Warp("redux.sync.add.u32 %r1, %r2, -1;"));
        Assert.Equal(Enumerable.Repeat(93u, 32), Warp("redux.sync.max.s32 %r1, %r2, -1;"));
    }

    [Fact]
    public void Functions_are_called_recursively_with_their_own_registers_and_frames()
    {
        using TestMemory memory = new();
        ulong output = memory.Allocate(128);
        string text = Interpreter.Module("""
            .func (.param .b32 result) sum(.param .b32 n)
            {
            .reg .pred %p<2>; .reg .b32 %r<6>;
            ld.param.u32 %r1, [n];
            setp.eq.u32 %p1, %r1, 0;
            mov.u32 %r4, 0;
            @%p1 bra END;
            sub.u32 %r2, %r1, 1;
            {
            .param .b32 a; .param .b32 b;
            st.param.b32 [a], %r2;
            call.uni (b), sum, (a);
            ld.param.b32 %r3, [b];
            }
            add.u32 %r4, %r3, %r1;
            END:
            st.param.b32 [result], %r4;
            ret;
            }
            .visible .entry k(.param .u64 p0)
            {
            .reg .b32 %r<6>; .reg .b64 %d<4>;
            ld.param.u64 %d0, [p0];
            mov.u32 %r0, %tid.x;
            {
            .param .b32 a; .param .b32 b;
            st.param.b32 [a], %r0;
            call.uni (b), sum, (a);
            ld.param.b32 %r1, [b];
            }
            mul.wide.u32 %d1, %r0, 4;
            add.s64 %d1, %d1, %d0;
            st.global.u32 [%d1], %r1;
            ret;
            }
            """);
        Interpreter.Run(memory, text, 1, 32, [output]);
        Assert.Equal(Enumerable.Range(0, 32).Select(n => (uint)(n * (n + 1) / 2)), memory.Download<uint>(output, 32));
    }

    [Fact]
    public void Generic_addresses_reach_shared_local_and_global_memory()
    {
        uint[] values = Warp(
            ".shared .align 4 .b8 s[128]; .local .align 4 .b8 l[16];\nmov.u64 %d2, s; cvta.shared.u64 %d2, %d2; mul.wide.u32 %d3, %r0, 4; add.s64 %d2, %d2, %d3;"
            + " mov.u64 %d4, l; cvta.local.u64 %d4, %d4; st.u32 [%d2], %r2; st.u32 [%d4+8], %r0; ld.u32 %r3, [%d2]; ld.u32 %r4, [%d4+8]; add.s32 %r1, %r3, %r4;");
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => (uint)lane * 4), values);
    }
}

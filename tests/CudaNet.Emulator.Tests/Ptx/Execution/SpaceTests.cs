using CudaNet.Emulator.Ptx;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Memory spaces by their own names and by generic addresses, functions, indexed branches and barriers.</summary>
public sealed class SpaceTests
{
    private const string Registers = ".reg .pred %p<9>; .reg .b16 %h<9>; .reg .b32 %r<20>; .reg .b64 %d<20>; .reg .f32 %f<9>; .reg .f64 %e<9>;\n";
    private const string Start = "ld.param.u64 %d0, [p0]; mov.u32 %r0, %tid.x; mul.wide.u32 %d1, %r0, 4; add.s64 %d1, %d1, %d0;\n";
    private const string End = "\nst.global.u32 [%d1], %r1;\nret;\n}";

    /// <summary>Runs a kernel that leaves %r1 of each of 64 threads.</summary>
    private static uint[] Run(string declarations, string body, int block = 64)
    {
        using TestMemory memory = new();
        PtxModule module = PtxModule.Parse(
            Interpreter.Module($"{declarations}\n.visible .entry k(.param .u64 p0, .param .align 4 .b8 p1[8])\n{{\n{Registers}{Start}{body}{End}"), "test");
        Dictionary<PtxVariable, ulong> variables = module.Variables
            .Where(variable => variable.Space is PtxStateSpace.Const or PtxStateSpace.Global)
            .ToDictionary(variable => variable, variable => memory.Upload<byte>([.. variable.InitialBytes.ToArray(), .. new byte[variable.Size - variable.InitialBytes.Length]]));
        ulong output = memory.Upload<uint>(new uint[64]);
        Interpreter.Run(
            memory, module.FindKernel("k")!, new PtxDimensions(1, 1, 1), new PtxDimensions(block, 1, 1),
            [.. BitConverter.GetBytes(output), .. BitConverter.GetBytes(0x11223344u), .. BitConverter.GetBytes(0x55667788u)], variables: variables);
        return memory.Download<uint>(output, block);
    }

    private static IEnumerable<uint> Threads(Func<uint, uint> value, int count = 64) => Enumerable.Range(0, count).Select(thread => value((uint)thread));

    [Fact]
    public void Constants_are_read_by_name_by_register_and_by_generic_address()
    {
        const string Table = ".const .align 4 .b32 words[4] = {10, 20, 30, 40};\n.const .align 2 .b8 bytes[6] = {1, 2, 3};";
        Assert.Equal(Threads(_ => 30), Run(Table, "ld.const.u32 %r1, [words+8];"));
        Assert.Equal(Threads(t => ((t & 3) + 1) * 10), Run(Table, "and.b32 %r2, %r0, 3; mul.wide.u32 %d2, %r2, 4; mov.u64 %d3, words; add.s64 %d3, %d3, %d2; ld.const.u32 %r1, [%d3];"));
        Assert.Equal(Threads(_ => 20), Run(Table, "mov.u64 %d2, words; cvta.const.u64 %d2, %d2; ld.u32 %r1, [%d2+4];"));
        Assert.Equal(Threads(_ => 20), Run(Table, "mov.u64 %d2, generic(words); ld.u32 %r1, [%d2+4];"));
        Assert.Equal(Threads(_ => 0x0302), Run(Table, "ld.const.v2.u8 {%h1, %h2}, [bytes]; ld.const.u8 %h3, [bytes+5]; ld.const.u8 %r1, [bytes+2]; cvt.u32.u16 %r2, %h2; cvt.u32.u16 %r3, %h3;"
            + " shl.b32 %r1, %r1, 8; or.b32 %r1, %r1, %r2; or.b32 %r1, %r1, %r3;"));
    }

    [Fact]
    public void Variables_of_the_module_keep_what_is_stored()
    {
        const string Variables = ".visible .global .align 8 .f64 number = 0d4008000000000000;\n.global .align 4 .b32 counters[64];";
        Assert.Equal(Threads(_ => 3), Run(Variables, "ld.global.f64 %e1, [number]; cvt.rzi.s32.f64 %r1, %e1;"));
        Assert.Equal(Threads(t => t * t), Run(
            Variables, "mov.u64 %d2, counters; mul.wide.u32 %d3, %r0, 4; add.s64 %d2, %d2, %d3; mul.lo.u32 %r2, %r0, %r0; st.global.u32 [%d2], %r2; ld.u32 %r1, [%d2];"));
    }

    [Fact]
    public void Parameters_are_read_in_parts_and_by_address()
    {
        Assert.Equal(Threads(_ => 0x66), Run("", "ld.param.u8 %r1, [p1+6];"));
        Assert.Equal(Threads(_ => 0x1122), Run("", "mov.b64 %d2, p1; ld.param.u16 %r1, [%d2+2];"));
        Assert.Equal(Threads(_ => 0x55667788), Run("", "mov.b64 %d2, p1; cvta.param.u64 %d2, %d2; ld.u32 %r1, [%d2+4];"));
        Assert.Equal(Threads(_ => 0xFFFFFF88), Run("", "ld.param.s8 %r1, [p1+4];"));
    }

    [Theory]
    [InlineData("shared", "mov.u64 %d2, sm; cvta.shared.u64 %d2, %d2;")]
    [InlineData("local", "mov.u64 %d2, lm; cvta.local.u64 %d2, %d2;")]
    [InlineData("global", "mov.u64 %d2, gm; cvta.global.u64 %d2, %d2;")]
    [InlineData("const", "mov.u64 %d2, cm; cvta.const.u64 %d2, %d2;")]
    public void A_generic_address_knows_its_space(string space, string address)
    {
        string declarations = ".global .align 4 .b8 gm[16];\n.const .align 4 .b8 cm[16];";
        string questions = string.Concat(((string[])["shared", "local", "global", "const"]).Select((asked, bit) =>
            $"isspacep.{asked} %p1, %d2; selp.b32 %r2, {1 << bit}, 0, %p1; or.b32 %r1, %r1, %r2;\n"));
        uint expected = space switch
        {
            "shared" => 1,
            "local" => 2,
            "global" => 4,
            _ => 8,
        };
        Assert.Equal(Threads(_ => expected), Run(declarations, $".shared .align 4 .b8 sm[16]; .local .align 4 .b8 lm[16];\nmov.u32 %r1, 0; {address}\n{questions}"));
    }

    [Fact]
    public void Functions_take_and_give_registers()
    {
        const string Functions = """
            .func (.reg .b32 sum, .reg .f64 half) split(.reg .b32 a, .reg .f64 b, .reg .b16 c)
            {
            .reg .b32 %t;
            cvt.u32.u16 %t, c;
            add.u32 sum, a, %t;
            mul.f64 half, b, 0d3FE0000000000000;
            ret;
            }
            """;
        Assert.Equal(Threads(t => t + 5 + (t / 2)), Run(
            Functions, "mov.u16 %h1, 5; cvt.rn.f64.u32 %e1, %r0; call (%r2, %e2), split, (%r0, %e1, %h1); cvt.rzi.u32.f64 %r3, %e2; add.u32 %r1, %r2, %r3;"));
    }

    [Fact]
    public void An_indexed_branch_goes_where_its_index_says()
    {
        const string Body = "and.b32 %r2, %r0, 3; mov.u32 %r1, 0; mov.u32 %r5, 100;\nways: .branchtargets A, B, C, B;\nbrx.idx %r2, ways;\n"
            + "A: mov.u32 %r1, 10; bra OUT;\nB: mov.u32 %r1, 20; bra OUT;\nC: mov.u32 %r1, 30;\nOUT: add.u32 %r1, %r1, %r5; nanosleep.u32 20; bar.sync 0;";
        Assert.Equal(Threads(t => (t & 3) switch { 0 => 110, 2 => 130, _ => 120 }), Run("", Body));
    }

    [Fact]
    public void Barriers_count_and_join_predicates()
    {
        const string Odd = "and.b32 %r2, %r0, 1; setp.eq.u32 %p1, %r2, 1; setp.lt.u32 %p2, %r0, 64;\n";
        Assert.Equal(Threads(_ => 32), Run("", Odd + "bar.red.popc.u32 %r1, 1, %p1;"));
        Assert.Equal(Threads(_ => 0), Run("", Odd + "bar.red.and.pred %p3, 1, %p1; selp.u32 %r1, 1, 0, %p3;"));
        Assert.Equal(Threads(_ => 1), Run("", Odd + "bar.red.and.pred %p3, 1, 64, %p2; selp.u32 %r1, 1, 0, %p3;"));
        Assert.Equal(Threads(_ => 1), Run("", Odd + "bar.red.or.pred %p3, 1, !%p1; selp.u32 %r1, 1, 0, %p3;"));
        Assert.Equal(Threads(_ => 0), Run("", Odd + "bar.red.or.pred %p3, 1, !%p2; selp.u32 %r1, 1, 0, %p3;"));
    }

    [Fact]
    public void One_warp_arrives_where_another_waits()
    {
        const string Body = ".shared .align 4 .b8 sm[4];\nmov.u32 %r1, 0; setp.ge.u32 %p1, %r0, 32; @%p1 bra TAKE;\nst.shared.u32 [sm], 77; bar.arrive 3, 64; bra OUT;\n"
            + "TAKE: bar.sync 3, 64; ld.shared.u32 %r1, [sm];\nOUT:";
        Assert.Equal(Threads(t => t < 32 ? 0u : 77), Run("", Body.Replace("st.shared.u32 [sm], 77", "mov.u32 %r5, 77; st.shared.u32 [sm], %r5", StringComparison.Ordinal)));
    }

    [Fact]
    public void Lanes_reach_an_unaligned_barrier_on_their_own_ways()
    {
        const string Body = "and.b32 %r2, %r0, 1; setp.eq.u32 %p1, %r2, 1; @%p1 bra ODD;\nmov.u32 %r1, 5; barrier.sync 0; bra OUT;\nODD: mov.u32 %r1, 6; barrier.sync 0;\nOUT:";
        Assert.Equal(Threads(t => 5 + (t & 1)), Run("", Body));
        Emulator.Device.DeviceFault fault = Assert.Throws<Emulator.Device.DeviceFault>(
            () => Run("", Body.Replace("barrier.sync", "barrier.sync.aligned", StringComparison.Ordinal)));
        Assert.Equal(FindingKind.Divergence, fault.Finding.Kind);
    }

    [Fact]
    public void Findings_name_the_line_of_the_source()
    {
        using TestMemory memory = new();
        string text = Interpreter.Module($$"""
            .file 1 "kernels/example.cu"
            .visible .entry k(.param .u64 p0)
            {
            {{Registers}}
            .loc 1 40 3
            ld.param.u64 %d0, [p0];
            .loc 1 42 7
            ld.global.u32 %r1, [%d0+1024];
            ret;
            }
            """);
        Finding finding = Interpreter.Find(text, 1, 32, [memory.Allocate(128)], memory);
        Assert.Contains("kernels/example.cu:42", finding.Message, StringComparison.Ordinal);
        Assert.Contains("ld.global.u32", finding.Message, StringComparison.Ordinal);
    }
}

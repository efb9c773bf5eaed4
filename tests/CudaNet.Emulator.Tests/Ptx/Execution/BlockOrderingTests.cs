using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Warps of one block that order what they do with fences, releases and acquires instead of barriers, and what they do where one is missing.</summary>
public sealed class BlockOrderingTests
{
    private const string Start = "ld.param.u64 %d0, [p0]; add.u64 %d1, %d0, 128; mov.u32 %r0, %tid.x; shr.u32 %r1, %r0, 5; and.b32 %r2, %r0, 31; mov.u32 %r7, 0;\n";

    private const string First = "setp.ne.u32 %p0, %r2, 0; @%p0 bra E;\n";

    private static string Lock(string threads, string take, string behind, string before, string give) => Interpreter.Kernel(
        1,
        $"{Start}{threads}A: {take} %r3, [%d1], 0, 1; setp.ne.u32 %p1, %r3, 0; @%p1 bra A;\n{behind} ld.global.u32 %r4, [%d0]; add.u32 %r4, %r4, 1; st.global.u32 [%d0], %r4;\n"
        + $"{before} {give};\nadd.u32 %r7, %r7, 1; setp.lt.u32 %p2, %r7, 3; @%p2 bra A;\nE: ret;");

    /// <summary>Two warps take turns.</summary>
    private static string Turns(string space, string take, string behind, string before, string give)
    {
        bool isShared = space == "shared";
        string text = Start + (isShared ? "mov.u64 %d3, %d0; mov.u64 %d0, s; add.u64 %d1, %d0, 128;\nsetp.eq.u32 %p3, %r0, 0; @%p3 st.shared.u32 [s], 0; @%p3 st.shared.u32 [s+128], 0; bar.sync 0;\n" : "");
        text += $"{First}A: {take}.{space}.u32 %r3, [%d1]; and.b32 %r5, %r3, 1; setp.ne.u32 %p1, %r5, %r1; @%p1 bra A;\n{behind} ld.{space}.u32 %r4, [%d0]; add.u32 %r4, %r4, 1; st.{space}.u32 [%d0], %r4;\n";
        text += $"add.u32 %r3, %r3, 1; {before} {give}.{space}.u32 [%d1], %r3;\nadd.u32 %r7, %r7, 1; setp.lt.u32 %p2, %r7, 6; @%p2 bra A;\n";
        return Interpreter.Kernel(1, text + "E: bar.sync 0;\n" + (isShared ? "@%p3 ld.shared.u32 %r4, [s]; @%p3 st.global.u32 [%d3], %r4; " : "") + "ret;", ".shared .align 8 .b8 s[256];\n");
    }

    private static void Passes(string text, int threads, int want)
    {
        for (int seed = 1; seed <= 12; seed++)
        {
            using TestMemory memory = new();
            ulong data = memory.Upload<int>(new int[65]);
            Interpreter.Run(memory, text, 1, threads, [data], seed, cooperative: seed % 2 == 0);
            Assert.Equal(want, memory.Download<int>(data, 1)[0]);
        }
    }

    private static void Races(string text, int threads)
    {
        for (int seed = 1; seed <= 12; seed++)
        {
            using TestMemory memory = new();
            Assert.Equal(FindingKind.Race, Interpreter.Find(text, 1, threads, [memory.Upload<int>(new int[65])], memory, seed: seed, cooperative: seed % 2 == 0).Kind);
        }
    }

    [Theory]
    [InlineData("atom.global.cas.b32", "membar.gl;", "membar.gl;", "atom.global.exch.b32 %r3, [%d1], 0")]
    [InlineData("atom.global.cas.b32", "membar.cta;", "membar.cta;", "atom.global.exch.b32 %r3, [%d1], 0")]
    [InlineData("atom.global.cas.b32", "fence.acq_rel.cta;", "fence.sc.gpu;", "st.volatile.global.u32 [%d1], 0")]
    [InlineData("atom.acquire.cta.global.cas.b32", "", "", "atom.release.cta.global.exch.b32 %r3, [%d1], 0")]
    [InlineData("atom.acquire.gpu.global.cas.b32", "", "", "st.release.gpu.global.u32 [%d1], 0")]
    public void A_lock_orders_the_warps_that_take_it(string take, string behind, string before, string give)
    {
        Passes(Lock(First, take, behind, before, give), 128, 12);
        Passes(Lock("", take, behind, before, give), 4, 12);
    }

    [Theory]
    [InlineData("atom.global.cas.b32", "", "", "atom.global.exch.b32 %r3, [%d1], 0")]
    [InlineData("atom.global.cas.b32", "membar.gl;", "", "atom.global.exch.b32 %r3, [%d1], 0")]
    [InlineData("atom.global.cas.b32", "", "membar.gl;", "atom.global.exch.b32 %r3, [%d1], 0")]
    [InlineData("atom.acquire.cta.global.cas.b32", "", "", "atom.relaxed.cta.global.exch.b32 %r3, [%d1], 0")]
    [InlineData("atom.relaxed.gpu.global.cas.b32", "", "", "atom.release.gpu.global.exch.b32 %r3, [%d1], 0")]
    public void A_lock_that_lacks_something_is_found(string take, string behind, string before, string give) => Races(Lock(First, take, behind, before, give), 128);

    [Theory]
    [InlineData("ld.acquire.gpu", "", "", "st.release.gpu")]
    [InlineData("ld.acquire.cta", "", "", "st.release.cta")]
    [InlineData("ld.volatile", "membar.gl;", "membar.gl;", "st.volatile")]
    [InlineData("ld.relaxed.cta", "fence.acq_rel.cta;", "membar.cta;", "st.relaxed.cta")]
    public void A_flag_orders_the_warps_that_pass_it_on(string take, string behind, string before, string give)
    {
        Passes(Turns("global", take, behind, before, give), 64, 12);
        Passes(Turns("shared", take, behind, before, give), 64, 12);
    }

    [Theory]
    [InlineData("ld.volatile", "", "", "st.volatile")]
    [InlineData("ld.volatile", "", "membar.gl;", "st.volatile")]
    [InlineData("ld.volatile", "membar.gl;", "", "st.volatile")]
    [InlineData("ld.relaxed.cta", "", "", "st.release.cta")]
    [InlineData("ld.acquire.cta", "", "", "st.relaxed.cta")]
    [InlineData("ld", "membar.gl;", "membar.gl;", "st")]
    public void A_flag_that_orders_nothing_is_found(string take, string behind, string before, string give)
    {
        Races(Turns("global", take, behind, before, give), 64);
        Races(Turns("shared", take, behind, before, give), 64);
    }

    /// <summary>Each thread reads what the other warp's wrote.</summary>
    [Theory]
    [InlineData("membar.gl;")]
    [InlineData("fence.sc.cta;")]
    [InlineData("membar.gl; atom.global.add.u32 %r9, [%d0+256], 1; membar.gl;")]
    public void A_fence_is_no_barrier(string between) => Races(
        Interpreter.Kernel(
            1,
            $"{Start}mul.wide.u32 %d2, %r0, 4; add.u64 %d2, %d2, %d0; xor.b32 %r3, %r0, 32; mul.wide.u32 %d3, %r3, 4; add.u64 %d3, %d3, %d0;\n"
            + $"st.global.u32 [%d2], %r0; {between} ld.global.u32 %r4, [%d3]; st.global.u32 [%d2], %r4; ret;"),
        64);
}

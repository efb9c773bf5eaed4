using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Cooperative launches, whose blocks run interleaved: barriers of the grid, look-back scans, and what is wrong with those that lack something.</summary>
public sealed class GridTests
{
    private const int Blocks = 12;
    private const int Threads = 64;

    private const string Start = "ld.param.u64 %d0, [p0]; ld.param.u64 %d1, [p1]; mov.u32 %r0, %tid.x; mov.u32 %r1, %ctaid.x; mov.u32 %r2, %nctaid.x; mov.u32 %r3, %ntid.x;\n"
        + "setp.ne.u32 %p0, %r0, 0; mad.lo.u32 %r4, %r1, %r3, %r0; mul.wide.u32 %d2, %r4, 4; add.u64 %d2, %d2, %d0;\n"
        + "add.u32 %r5, %r1, 5; rem.u32 %r5, %r5, %r2; mad.lo.u32 %r5, %r5, %r3, %r0; mul.wide.u32 %d3, %r5, 4; add.u64 %d3, %d3, %d0;\n";

    private const string Fences = "bar.sync 0; @%p0 bra E; membar.gl; atom.global.add.u32 %r9, [%d1], 1;\nW: ld.volatile.global.u32 %r9, [%d1]; setp.lt.u32 %p1, %r9, %r10; @%p1 bra W;\nmembar.gl;\nE: bar.sync 0;";

    private const string Orders = "bar.sync 0; @%p0 bra E; atom.add.release.gpu.global.u32 %r9, [%d1], 1;\nW: ld.acquire.gpu.global.u32 %r9, [%d1]; setp.lt.u32 %p1, %r9, %r10; @%p1 bra W;\nE: bar.sync 0;";

    /// <summary>Each block writes its part, reads another block's behind a barrier, and changes its own behind the next one.</summary>
    private static string Rounds(string barrier)
    {
        string text = Start + "mov.u32 %r11, 0; mov.u32 %r12, %r1; mov.u32 %r10, %r2;\nL: st.global.u32 [%d2], %r12;\n";
        text += barrier.Replace("W", "W1", StringComparison.Ordinal).Replace("E:", "E1:", StringComparison.Ordinal).Replace("bra E", "bra E1", StringComparison.Ordinal);
        text += "\nld.global.u32 %r13, [%d3]; add.u32 %r12, %r13, 1; add.u32 %r10, %r10, %r2;\n";
        text += barrier.Replace("W", "W2", StringComparison.Ordinal).Replace("E:", "E2:", StringComparison.Ordinal).Replace("bra E", "bra E2", StringComparison.Ordinal);
        return Interpreter.Kernel(2, text + "\nadd.u32 %r10, %r10, %r2; add.u32 %r11, %r11, 1; setp.lt.u32 %p2, %r11, 3; @%p2 bra L;\nst.global.u32 [%d2], %r12; ret;");
    }

    [Theory]
    [InlineData(Fences, "membar.gl", "membar.gl")]
    [InlineData(Fences, "membar.gl", "membar.sys")]
    [InlineData(Fences, "membar.gl", "fence.acq_rel.gpu")]
    [InlineData(Fences, "membar.gl", "fence.sc.sys")]
    [InlineData(Fences, "ld.volatile", "ld.relaxed.gpu")]
    [InlineData(Fences, "bar.sync 0; @%p0 bra E; membar.gl;", "membar.gl; bar.sync 0; @%p0 bra E;")]
    [InlineData(Orders, "", "")]
    [InlineData(Orders, "add.release.gpu", "add.acq_rel.sys")]
    [InlineData(Orders, "ld.acquire.gpu", "ld.acquire.sys")]
    public void A_barrier_of_the_grid_orders_its_blocks(string barrier, string part, string instead)
    {
        string text = Rounds(part.Length == 0 ? barrier : barrier.Replace(part, instead, StringComparison.Ordinal));
        for (int seed = 1; seed <= 6; seed++)
        {
            using TestMemory memory = new();
            ulong data = memory.Allocate(Blocks * Threads * 4);
            ulong counter = memory.Upload<int>([0]);
            Interpreter.Run(memory, text, Blocks, Threads, [data, counter], seed, cooperative: true);
            Assert.Equal(Enumerable.Range(0, Blocks * Threads).Select(at => (((at / Threads) + 15) % Blocks) + 3), memory.Download<int>(data, Blocks * Threads));
        }
    }

    /// <summary>No barrier; fences and operations of the block's scope; no fence on one side; no barrier of the block before the fence; an order that is none.</summary>
    [Theory]
    [InlineData(Fences, Fences, "")]
    [InlineData(Fences, Fences, "bar.sync 0;")]
    [InlineData(Fences, "membar.gl", "membar.cta")]
    [InlineData(Fences, "membar.gl", "fence.acq_rel.cta")]
    [InlineData(Fences, "bra W;\nmembar.gl;", "bra W;")]
    [InlineData(Fences, "@%p0 bra E; membar.gl;", "@%p0 bra E;")]
    [InlineData(Fences, "bar.sync 0; @%p0", "@%p0")]
    [InlineData(Orders, "add.release.gpu", "add.release.cta")]
    [InlineData(Orders, "add.release.gpu", "add.relaxed.gpu")]
    [InlineData(Orders, "add.release.gpu", "add.acquire.gpu")]
    [InlineData(Orders, "ld.acquire.gpu", "ld.acquire.cta")]
    [InlineData(Orders, "ld.acquire.gpu", "ld.relaxed.gpu")]
    [InlineData(Orders, "ld.acquire.gpu", "ld.volatile")]
    public void A_barrier_of_the_grid_that_lacks_something_is_found_under_every_seed(string barrier, string part, string instead)
    {
        string text = Rounds(barrier.Replace(part, instead, StringComparison.Ordinal));
        for (int seed = 1; seed <= 6; seed++)
        {
            using TestMemory memory = new();
            ulong data = memory.Allocate(Blocks * Threads * 4);
            Finding finding = Interpreter.Find(text, Blocks, Threads, [data, memory.Upload<int>([0])], memory, seed: seed, cooperative: true);
            Assert.Equal(FindingKind.Race, finding.Kind);
            Assert.Matches(@"block \(\d+, 0, 0\), thread .* block \(\d+, 0, 0\), thread .* PTX line", finding.Message);
        }
    }

    private const string Scan = "ld.param.u64 %d0, [p0]; ld.param.u64 %d1, [p1]; mov.u32 %r1, %ctaid.x; mul.wide.u32 %d2, %r1, 4; add.u64 %d3, %d0, %d2; add.u64 %d4, %d1, %d2;\n"
        + "ld.global.u32 %r2, [%d3]; setp.eq.u32 %p0, %r1, 0; @%p0 bra LAST;\n"
        + "st.global.u32 [%d3+1024], %r2; PUBLISH [%d4], 1; mov.u64 %d5, %d3; mov.u64 %d6, %d4;\n"
        + "BACK: sub.u64 %d5, %d5, 4; sub.u64 %d6, %d6, 4;\nW: LOOK %r3, [%d6]; setp.eq.u32 %p1, %r3, 0; @%p1 bra W;\nBEHIND\n"
        + "setp.eq.u32 %p2, %r3, 2; @!%p2 ld.global.u32 %r4, [%d5+1024]; @%p2 ld.global.u32 %r4, [%d5+2048]; add.u32 %r2, %r2, %r4; @!%p2 bra BACK;\n"
        + "LAST: st.global.u32 [%d3+2048], %r2; PUBLISH [%d4], 2; ret;";

    private static string ScanWith(string publish, string look, string behind) => Interpreter.Kernel(
        2, Scan.Replace("PUBLISH", publish, StringComparison.Ordinal).Replace("LOOK", look, StringComparison.Ordinal).Replace("BEHIND", behind, StringComparison.Ordinal));

    [Theory]
    [InlineData("st.release.gpu.global.u32", "ld.acquire.gpu.global.u32", "")]
    [InlineData("membar.gl; st.volatile.global.u32", "ld.volatile.global.u32", "membar.gl;")]
    [InlineData("fence.acq_rel.gpu; st.relaxed.gpu.global.u32", "ld.acquire.gpu.global.u32", "")]
    public void A_scan_that_looks_back_passes(string publish, string look, string behind)
    {
        for (int seed = 1; seed <= 6; seed++)
        {
            using TestMemory memory = new();
            ulong data = memory.Upload<int>([.. Enumerable.Range(1, 768)]);
            Interpreter.Run(memory, ScanWith(publish, look, behind), 100, 1, [data, memory.Upload<int>(new int[100])], seed, cooperative: true);
            Assert.Equal(Enumerable.Range(1, 100).Select(n => n * (n + 1) / 2), memory.Download<int>(data + 2048, 100));
        }
    }

    [Theory]
    [InlineData("st.relaxed.gpu.global.u32", "ld.acquire.gpu.global.u32", "")]
    [InlineData("membar.cta; st.volatile.global.u32", "ld.volatile.global.u32", "membar.gl;")]
    [InlineData("st.release.gpu.global.u32", "ld.relaxed.gpu.global.u32", "membar.cta;")]
    public void A_scan_that_looks_back_without_an_order_is_found(string publish, string look, string behind)
    {
        using TestMemory memory = new();
        ulong data = memory.Upload<int>(new int[768]);
        Finding finding = Interpreter.Find(ScanWith(publish, look, behind), 100, 1, [data, memory.Upload<int>(new int[100])], memory, cooperative: true);
        Assert.Equal(FindingKind.Race, finding.Kind);
    }

    [Theory]
    [InlineData("atom.add.relaxed.cta.global.u32 %r9, [%d1], 1;")]
    [InlineData("st.relaxed.cta.global.u32 [%d1], %r1;")]
    public void What_is_atomic_or_strong_for_the_block_only_races_with_other_blocks(string access)
    {
        using TestMemory memory = new();
        ulong word = memory.Upload<int>([0]);
        Assert.Equal(FindingKind.Race, Interpreter.Find(Interpreter.Kernel(2, $"{Start}{access} ret;"), Blocks, 1, [word, word], memory, cooperative: true).Kind);
        Interpreter.Run(memory, Interpreter.Kernel(2, $"{Start}{access.Replace(".cta", ".gpu", StringComparison.Ordinal)} ret;"), Blocks, 1, [word, word], cooperative: true);
    }

    /// <summary>Block 0 makes the counter that all add to: with nothing between, with its own addition first, with a barrier of the grid or a flag between.</summary>
    [Theory]
    [InlineData("", "", false)]
    [InlineData("atom.global.add.u32 %r9, [%d0], 1;", "", false)]
    [InlineData("atom.global.add.u32 %r9, [%d0], 1; atom.global.exch.b32 %r9, [%d0], 1;", "", false)]
    [InlineData("", Fences, true)]
    [InlineData("atom.global.add.u32 %r9, [%d0], 1;", Orders, true)]
    [InlineData("st.release.gpu.global.u32 [%d1], 1;", "W: ld.acquire.gpu.global.u32 %r9, [%d1]; setp.eq.u32 %p1, %r9, 0; @%p1 bra W;", true)]
    public void A_word_that_one_block_makes_and_all_add_to_wants_a_barrier_between(string first, string between, bool passes)
    {
        string text = Interpreter.Kernel(
            2, $"{Start}mov.u32 %r10, %r2; setp.ne.u32 %p3, %r1, 0; @%p3 bra O;\nst.global.u32 [%d0], 5; {first}\nO: {between}\natom.global.add.u32 %r9, [%d0], 1; ret;");
        for (int seed = 1; seed <= 16; seed++)
        {
            using TestMemory memory = new();
            ulong data = memory.Upload<int>([0]);
            ulong[] parameters = [data, memory.Upload<int>([0])];
            if (passes)
            {
                Interpreter.Run(memory, text, 4, 1, parameters, seed, cooperative: true);
                Assert.InRange(memory.Download<int>(data, 1)[0], 9, 10);
            }
            else
            {
                Assert.Equal(FindingKind.Race, Interpreter.Find(text, 4, 1, parameters, memory, seed: seed, cooperative: true).Kind);
            }
        }
    }

    [Fact]
    public void A_write_is_ordered_behind_the_reads_of_other_blocks_too()
    {
        string text = Interpreter.Kernel(2, Start + "setp.eq.u32 %p3, %r1, 3; @!%p3 ld.global.u32 %r6, [%d0]; @%p3 st.global.u32 [%d0], %r1; ret;");
        for (int seed = 1; seed <= 8; seed++)
        {
            using TestMemory memory = new();
            ulong data = memory.Upload<int>([7]);
            Assert.Equal(FindingKind.Race, Interpreter.Find(text, 5, 1, [data, data], memory, seed: seed, cooperative: true).Kind);
        }
    }

    [Fact]
    public void The_seed_decides_how_blocks_are_interleaved()
    {
        string text = Interpreter.Kernel(2, Start + "mov.u32 %r11, 0;\nL: @!%p0 atom.global.add.u32 %r9, [%d1], 1; add.u32 %r11, %r11, 1; setp.lt.u32 %p2, %r11, 9; @%p2 bra L;\n@!%p0 st.global.u32 [%d2], %r9; ret;");
        int[] Tickets(int seed)
        {
            using TestMemory memory = new();
            ulong data = memory.Upload<int>(new int[Blocks * 32]);
            KernelCounters counters = Interpreter.Run(memory, text, Blocks, 32, [data, memory.Upload<int>([0])], seed, cooperative: true);
            return [.. memory.Download<int>(data, Blocks * 32), (int)counters.Instructions.Warps];
        }

        int[][] runs = [.. Enumerable.Range(1, 6).Select(Tickets)];
        Assert.All(Enumerable.Range(1, 6), seed => Assert.Equal(runs[seed - 1], Tickets(seed)));
        Assert.Equal(6, runs.DistinctBy(tickets => string.Join(',', tickets)).Count());
    }

    [Fact]
    public void Each_block_has_its_own_shared_memory_and_barriers()
    {
        string text = Interpreter.Kernel(
            2,
            Start + "shl.b32 %r6, %r0, 2; mov.u32 %r7, s; add.u32 %r7, %r7, %r6; st.shared.u32 [%r7], %r4;\n"
            + "mov.u32 %r10, %r2; " + Fences + "\nxor.b32 %r6, %r6, 252; mov.u32 %r7, s; add.u32 %r7, %r7, %r6; ld.shared.u32 %r8, [%r7]; st.global.u32 [%d2], %r8; ret;",
            ".shared .align 4 .b8 s[256];\n");
        using TestMemory memory = new();
        ulong data = memory.Allocate(Blocks * Threads * 4);
        Interpreter.Run(memory, text, Blocks, Threads, [data, memory.Upload<int>([0])], cooperative: true);
        Assert.Equal(Enumerable.Range(0, Blocks * Threads).Select(at => at ^ 63), memory.Download<int>(data, Blocks * Threads));
    }

    [Fact]
    public void More_than_the_emulator_can_hold_at_once_is_refused()
    {
        using TestMemory memory = new();
        string text = Interpreter.Kernel(0, ".local .align 4 .b8 large[400000];\nst.local.u32 [large], 1; ret;");
        DeviceFault fault = Assert.Throws<DeviceFault>(() => Interpreter.Run(memory, text, 100, 1024, [], cooperative: true));
        Assert.Equal((FindingKind.Launch, CUresult.CUDA_ERROR_LAUNCH_FAILED), (fault.Finding.Kind, fault.Result));
    }
}

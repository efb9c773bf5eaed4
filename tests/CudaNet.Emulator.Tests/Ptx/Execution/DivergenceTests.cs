using CudaNet.Emulator.Ptx.Execution;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

public sealed class DivergenceTests
{
    private const string Start = "ld.param.u64 %d0, [p0]; mov.u32 %r0, %tid.x; mul.wide.u32 %d1, %r0, 4; add.s64 %d1, %d0, %d1;\n";
    private const string Store = "st.global.u32 [%d1], %r5;\nret;";

    private static int[] Run(string body, int block = 32, string shared = "")
    {
        using TestMemory memory = new();
        ulong output = memory.Allocate(block * 4);
        Interpreter.Run(memory, Interpreter.Kernel(1, Start + body, shared), 1, block, [output]);
        return memory.Download<int>(output, block);
    }

    private static Finding Find(string body, int block = 32, InterpreterOptions? options = null)
    {
        using TestMemory memory = new();
        return Interpreter.Find(Interpreter.Kernel(1, Start + body), 1, block, [memory.Allocate(block * 4)], memory, options);
    }

    [Fact]
    public void Both_ways_of_a_branch_are_executed_and_meet_again()
    {
        int[] values = Run("and.b32 %r1, %r0, 1; setp.eq.u32 %p1, %r1, 0; @%p1 bra EVEN;\nmov.u32 %r5, 100; bra.uni DONE;\nEVEN: mov.u32 %r5, 200;\n"
            + "DONE: activemask.b32 %r6; add.s32 %r5, %r5, %r6;\n" + Store);
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => (lane % 2 == 0 ? 200 : 100) - 1), values);
    }

    [Fact]
    public void Lanes_leave_a_loop_one_by_one_and_meet_behind_it()
    {
        int[] values = Run("mov.u32 %r2, 0; mov.u32 %r5, 0;\nL: add.s32 %r5, %r5, %r2; add.s32 %r2, %r2, 1; setp.le.u32 %p1, %r2, %r0; @%p1 bra L;\n"
            + "shfl.sync.idx.b32 %r6, %r5, 31, 31, 0xffffffff; sub.s32 %r5, %r6, %r5;\n" + Store);
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => 496 - (lane * (lane + 1) / 2)), values);
    }

    [Fact]
    public void A_shuffle_waits_for_lanes_that_a_layout_with_the_branch_behind_its_meeting_sends_ahead()
    {
        int[] values = Run("setp.lt.u32 %p1, %r0, 7; mov.u32 %r2, 1; @%p1 bra FAR;\nMEET: shfl.sync.bfly.b32 %r5, %r2, 1, 31, 0xffffffff; bra END;\n"
            + "FAR: mov.u32 %r2, 9; bra MEET;\nEND: " + Store);
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => (lane ^ 1) < 7 ? 9 : 1), values);
    }

    [Fact]
    public void Lanes_that_wait_at_a_meeting_go_on_when_others_wait_for_them()
    {
        // One half waits for all lanes inside the branch, the other comes there only after the meeting.
        int[] values = Run("setp.lt.u32 %p1, %r0, 16; mov.u32 %r5, 1; @%p1 bra IN;\nbra OUT;\nIN: bar.warp.sync 0xffffffff; mov.u32 %r5, 2; bra LAST;\n"
            + "OUT: bar.warp.sync 0xffffffff;\nLAST: " + Store);
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => lane < 16 ? 2 : 1), values);
    }

    [Fact]
    public void A_shuffle_of_a_part_of_the_warp_needs_only_that_part()
    {
        int[] values = Run("setp.ge.u32 %p1, %r0, 16; mov.u32 %r5, %r0; @%p1 bra END;\nshfl.sync.bfly.b32 %r5, %r0, 1, 31, 0xffff;\nEND: " + Store);
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => lane < 16 ? lane ^ 1 : lane), values);
    }

    [Fact]
    public void A_shuffle_that_misses_lanes_forever_is_found()
    {
        Finding finding = Find("setp.lt.u32 %p1, %r0, 3; mov.u32 %r5, 0; @%p1 bra SPIN;\nshfl.sync.bfly.b32 %r5, %r0, 1, 31, 0xffffffff;\n" + Store
            + "\nSPIN: vote.sync.any.pred %p2, %p1, 0xffffffff; ret;");
        Assert.Equal(FindingKind.Divergence, finding.Kind);
        Assert.Contains("shfl.sync.bfly.b32", finding.Message, StringComparison.Ordinal);
        Assert.Contains("0xfffffff8", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shuffle_from_a_lane_that_has_exited_is_found()
    {
        Finding finding = Find("setp.ge.u32 %p1, %r0, 24; @%p1 exit;\nshfl.sync.down.b32 %r5, %r0, 8, 31, 0xffffffff;\n" + Store);
        Assert.Equal(FindingKind.Divergence, finding.Kind);
        Assert.Contains("reads lane 24", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lane_outside_its_own_mask_is_found() =>
        Assert.Equal(FindingKind.Divergence, Find("shfl.sync.bfly.b32 %r5, %r0, 1, 31, 0xffff;\n" + Store).Kind);

    [Theory]
    [InlineData(32)]
    [InlineData(96)]
    public void A_barrier_that_some_threads_skip_is_found(int block)
    {
        Finding finding = Find("setp.eq.u32 %p1, %r0, 5; mov.u32 %r5, 0; @%p1 bra ELSE;\nbar.sync 0;\nbra END;\nELSE: bar.sync 1;\nEND: " + Store, block);
        Assert.Equal(FindingKind.Divergence, finding.Kind);
        Assert.Contains("bar.sync", finding.Message, StringComparison.Ordinal);
    }

    /// <summary>Whole warps, single lanes, and lanes that exit while the others wait already.</summary>
    [Theory]
    [InlineData("setp.ge.u32 %p1, %r0, 32; @%p1 ret;")]
    [InlineData("setp.eq.u32 %p1, %r0, 3; @%p1 ret;")]
    [InlineData("setp.eq.u32 %p1, %r0, 40; mov.u32 %r1, 0; @!%p1 bra GO;\nL: add.u32 %r1, %r1, 1; setp.lt.u32 %p2, %r1, 20000; @%p2 bra L;\nret;\nGO:")]
    public void A_barrier_counts_the_threads_that_have_not_exited(string exits)
    {
        int[] values = Run($"{exits}\nmov.u32 %r5, 7; bar.sync 0;\n{Store}", 64);
        Assert.Equal(7, values[0]);
        Assert.InRange(values.Count(v => v == 7), 32, 63);
    }

    [Fact]
    public void A_reduction_counts_the_threads_that_have_not_exited()
    {
        int[] values = Run("setp.ge.u32 %p1, %r0, 40; @%p1 ret;\nsetp.ge.u32 %p2, %r0, 0; bar.red.popc.u32 %r5, 0, %p2;\n" + Store, 64);
        Assert.All(values[..40], value => Assert.Equal(40, value));
    }

    [Fact]
    public void Warps_at_different_barriers_of_one_number_are_found() =>
        Assert.Equal(
            FindingKind.Divergence,
            Find("setp.ge.u32 %p1, %r0, 32; mov.u32 %r5, 0; @%p1 bra ELSE;\nbar.sync 0;\nbra END;\nELSE: bar.sync 0;\nEND: " + Store, 64).Kind);

    [Fact]
    public void Named_barriers_with_counts_let_a_producer_go_on()
    {
        int[] values = Run(
            "mov.u32 %r9, s; setp.ge.u32 %p1, %r0, 32; @%p1 bra CONSUME;\nshl.b32 %r1, %r0, 2; add.s32 %r1, %r1, %r9; st.shared.u32 [%r1], %r0;\n"
            + "bar.arrive 1, 64; mov.u32 %r5, 7; bra END;\nCONSUME: bar.sync 1, 64; sub.s32 %r1, 63, %r0; shl.b32 %r1, %r1, 2; add.s32 %r1, %r1, %r9;"
            + " ld.shared.u32 %r5, [%r1];\nEND: " + Store,
            64,
            ".shared .align 4 .b8 s[128];\n");
        Assert.Equal(Enumerable.Range(0, 64).Select(thread => thread < 32 ? 7 : 63 - thread), values);
    }

    [Fact]
    public void A_barrier_counts_the_threads_for_which_a_predicate_holds()
    {
        int[] values = Run("setp.lt.u32 %p1, %r0, 41; bar.red.popc.u32 %r5, 0, %p1;\n" + Store, 96);
        Assert.All(values, value => Assert.Equal(41, value));
    }

    [Fact]
    public void A_loop_without_end_is_found()
    {
        Finding finding = Find("L: bra L;\nret;", options: new InterpreterOptions { InstructionBudget = 100_000 });
        Assert.Equal(FindingKind.Hang, finding.Kind);
    }

    [Fact]
    public void A_lock_that_lanes_of_one_warp_take_in_turn_is_granted_to_all()
    {
        using TestMemory memory = new();
        ulong output = memory.Upload<int>([0, 0]);
        string text = Interpreter.Kernel(
            1,
            "ld.param.u64 %d0, [p0];\nTRY: atom.global.cas.b32 %r1, [%d0], 0, 1; setp.ne.u32 %p1, %r1, 0; @%p1 bra TRY;\n"
            + "ld.volatile.global.u32 %r2, [%d0+4]; add.s32 %r2, %r2, 1; st.volatile.global.u32 [%d0+4], %r2;\natom.global.exch.b32 %r3, [%d0], 0;\nret;");
        Interpreter.Run(memory, text, 1, 4, [output]);
        Assert.Equal(4, memory.Download<int>(output, 2)[1]);
    }

    [Fact]
    public void A_trap_is_a_launch_failure()
    {
        Finding finding = Find("setp.eq.u32 %p1, %r0, 3; @%p1 trap;\nret;");
        Assert.Equal(FindingKind.Trap, finding.Kind);
        Assert.Contains("thread (3, 0, 0)", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_indexed_branch_sends_each_lane_its_own_way()
    {
        int[] values = Run("and.b32 %r1, %r0, 3;\nT: .branchtargets A, B, C, D;\nbrx.idx %r1, T;\nA: mov.u32 %r5, 10; bra END;\nB: mov.u32 %r5, 11; bra END;\n"
            + "C: mov.u32 %r5, 12; bra END;\nD: mov.u32 %r5, 13;\nEND: " + Store);
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => 10 + (lane & 3)), values);
    }
}

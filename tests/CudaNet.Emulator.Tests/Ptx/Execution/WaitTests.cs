using CudaNet.Emulator.Device;
using CudaNet.Emulator.Ptx.Execution;
using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Threads that wait for what never comes are found long before the budget is spent, and long loops that end are not.</summary>
public sealed class WaitTests
{
    private const string Start = "ld.param.u64 %d0, [p0]; mov.u32 %r0, %tid.x; mov.u32 %r1, %ctaid.x; mov.u32 %r2, %nctaid.x; mov.u32 %r5, 0;\n";

    private static readonly InterpreterOptions Patient = new() { InstructionBudget = 400_000_000 };

    private static Finding Find(string body, int grid, int block, bool cooperative = false, string shared = "", int seed = 1)
    {
        using TestMemory memory = new();
        Finding finding = Interpreter.Find(
            Interpreter.Kernel(1, Start + body, shared), grid, block, [memory.Upload<int>(new int[64])], memory, Patient, seed: seed, cooperative: cooperative);
        Assert.Equal(FindingKind.Hang, finding.Kind);
        Assert.DoesNotContain("warp-instructions", finding.Message, StringComparison.Ordinal);
        return finding;
    }

    /// <summary>Each block waits for all: with an acquire, a compare-and-swap, a counter of turns, a clock, a growing pause, in a function, and with a vote of the warp.</summary>
    [Theory]
    [InlineData("W: ld.acquire.gpu.global.u32 %r9, [%d0];\nsetp.lt.u32 %p1, %r9, %r2; @%p1 bra W;", "ld.acquire.gpu.global.u32")]
    [InlineData("W: ld.volatile.global.u32 %r9, [%d0];\nadd.u32 %r5, %r5, 1; setp.lt.u32 %p1, %r9, %r2; @%p1 bra W;", "ld.volatile.global.u32")]
    [InlineData("W: atom.global.cas.b32 %r9, [%d0], %r2, %r2;\nsetp.ne.u32 %p1, %r9, %r2; @%p1 bra W;", "atom.global.cas.b32")]
    [InlineData("W: atom.global.or.b32 %r9, [%d0], 0;\nmov.u32 %r6, %clock; setp.ne.u32 %p1, %r9, %r2; @%p1 bra W;", "atom.global.or.b32")]
    [InlineData("mov.u32 %r6, 8;\nW: nanosleep.u32 %r6; shl.b32 %r6, %r6, 1; min.u32 %r6, %r6, 256;\nld.relaxed.gpu.global.u32 %r9, [%d0];\nsetp.eq.u32 %p1, %r9, %r2; @!%p1 bra W;", "ld.relaxed.gpu.global.u32")]
    [InlineData("W: ld.volatile.global.u32 %r9, [%d0];\nsetp.eq.u32 %p1, %r9, %r2; vote.sync.all.pred %p2, %p1, 0xffffffff; @!%p2 bra W;", "ld.volatile.global.u32")]
    [InlineData("mov.u32 %r6, 8;\nW: nanosleep.u32 %r6; mad.lo.u32 %r6, %r6, 5, 3; add.u32 %r5, %r5, 1; shr.u32 %r7, %r5, 20;\nld.relaxed.gpu.global.u32 %r9, [%d0];\nsetp.eq.u32 %p1, %r9, %r2; @!%p1 bra W;", "ld.relaxed.gpu.global.u32")]
    [InlineData("W: st.local.u32 [own], %r2; ld.global.u32 %r9, [%d0+4];\nst.local.u32 [own+4], %r9; ld.local.u32 %r6, [own+4]; setp.ge.u32 %p1, %r6, %r2; @%p1 exit;\nbra W;", "ld.global.u32")]
    [InlineData("W: ld.global.u32 %r9, [%d0+4];\nsetp.ge.u32 %p1, %r9, %r2; @%p1 exit;\nbra W;", "ld.global.u32")]
    public void A_plain_launch_whose_blocks_wait_for_each_other_is_found(string wait, string read)
    {
        Finding finding = Find($"setp.eq.u32 %p0, %r0, 0; @%p0 atom.global.add.u32 %r9, [%d0], 1;\n{wait}\nret;", 8, 32, shared: ".local .align 4 .b8 own[8];\n");
        Assert.Matches($@"kernel 'k', PTX line \d+ \({read.Replace(".", @"\.", StringComparison.Ordinal)}\), block \(\d, 0, 0\), thread \(0, 0, 0\): .*cooperative launch", finding.Message);
    }

    private const string Previous = "W: ld.acquire.gpu.global.u32 %r9, [%d0]; setp.ne.u32 %p1, %r9, %r1; @%p1 bra W;\nadd.u32 %r9, %r1, 1; st.release.gpu.global.u32 [%d0], %r9; ret;";

    [Fact]
    public void Blocks_that_count_on_starting_in_order_are_found_and_those_that_draw_their_numbers_are_not()
    {
        Assert.Contains("in which order", Find(Previous, 8, 1).Message, StringComparison.Ordinal);
        for (int seed = 1; seed <= 8; seed++)
        {
            using TestMemory memory = new();
            ulong data = memory.Upload<int>([0, 0]);
            Interpreter.Run(memory, Interpreter.Kernel(1, $"{Start}atom.global.add.u32 %r1, [%d0+4], 1;\n{Previous}"), 8, 1, [data], seed);
            Interpreter.Run(memory, Interpreter.Kernel(1, Start + Previous), 8, 1, [memory.Upload<int>([0])], seed, cooperative: true);
            Assert.Equal([8, 8], memory.Download<int>(data, 2));
        }
    }

    [Fact]
    public void Blocks_that_count_on_starting_in_order_end_where_they_do()
    {
        for (int seed = 1; seed <= 4; seed++)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Seed = seed, BlocksInOrder = true });
            using CudaContext context = new(CudaLibraries.From(machine.Libraries.Driver).Devices[0]);
            using CudaStream stream = new(context);
            using CudaModule module = new(context, Interpreter.Kernel(1, Start + Previous), "previous.ptx");
            using DeviceMemory memory = new(context, 4);
            stream.Fill(0u, memory);
            module.GetKernel("k").Launch(stream, new LaunchShape(new Dim3(50), new Dim3(1)), memory);
            uint[] counter = new uint[1];
            stream.Download<uint>(memory, counter);
            Assert.Equal(50u, counter[0]);
            Assert.Empty(machine.Findings);
        }
    }

    /// <summary>Lanes and warps of one block: a flag in shared memory, a lock that is never given back, lanes that wait for each other's flags.</summary>
    [Theory]
    [InlineData("setp.eq.u32 %p0, %r0, 0; @%p0 st.shared.u32 [s], 0; bar.sync 0;\nsetp.lt.u32 %p1, %r0, 32; @%p1 bra B;\nW: ld.volatile.shared.u32 %r9, [s];\nsetp.eq.u32 %p2, %r9, 0; @%p2 bra W;\nB: bar.sync 0; ret;", "ld.volatile.shared.u32")]
    [InlineData("L: atom.global.cas.b32 %r9, [%d0], 0, 1;\nsetp.ne.u32 %p1, %r9, 0; @%p1 bra L;\nret;", "atom.global.cas.b32")]
    [InlineData("setp.lt.u32 %p0, %r0, 16; @%p0 bra B;\nA: ld.volatile.global.u32 %r9, [%d0];\nsetp.eq.u32 %p1, %r9, 0; @%p1 bra A;\nst.volatile.global.u32 [%d0+4], 1; ret;\nB: ld.volatile.global.u32 %r9, [%d0+4];\nsetp.eq.u32 %p1, %r9, 0; @%p1 bra B;\nst.volatile.global.u32 [%d0], 1; ret;", "ld.volatile.global.u32")]
    public void Threads_of_one_block_that_wait_for_each_other_are_found(string body, string read)
    {
        Finding finding = Find(body, 1, 64, shared: ".shared .align 4 .b32 s;\n");
        Assert.Contains(read, finding.Message, StringComparison.Ordinal);
        Assert.Contains("no other thread of the block", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_that_reads_nothing_and_does_not_end_is_found() =>
        Assert.Contains("a loop that nothing ends", Find("L: xor.b32 %r5, %r5, 1; bra L;", 2, 64).Message, StringComparison.Ordinal);

    [Fact]
    public void A_barrier_of_the_grid_that_expects_more_blocks_than_there_are_is_found() => Assert.Contains(
        "all blocks that are left wait",
        Find("setp.eq.u32 %p0, %r0, 0; @%p0 atom.add.release.gpu.global.u32 %r9, [%d0], 1;\nW: ld.acquire.gpu.global.u32 %r9, [%d0]; setp.le.u32 %p1, %r9, %r2; @%p1 bra W;\nret;", 8, 32, true).Message,
        StringComparison.Ordinal);

    /// <summary>The host may change what it can reach: only the budget ends that.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_wait_for_the_host_goes_on_until_the_budget_is_spent(bool isOfHost)
    {
        using TestMemory memory = new();
        string text = Interpreter.Kernel(1, $"{Start}W: ld.acquire.sys.global.u32 %r9, [%d0]; setp.eq.u32 %p1, %r9, 0; @%p1 bra W;\nret;");
        Finding finding = Interpreter.Find(text, 1, 1, [memory.Upload<int>([0], isOfHost ? MemoryKind.Pinned : MemoryKind.Device)], memory, new InterpreterOptions { InstructionBudget = 40_000_000 });
        Assert.Equal(isOfHost, finding.Message.Contains("40000000 warp-instructions", StringComparison.Ordinal));
    }

    /// <summary>
    /// More instructions than the looks have patience for: computing beside a flag that stays, searching what does not come, a warp that keeps the others waiting; bounds
    /// read again each turn, of a counter, of 8 warps, of a float, of a counter's high bits, through a shuffle; and polls until a clock's deadline.
    /// </summary>
    [Theory]
    [InlineData("mov.u32 %r6, 0;\nL: ld.volatile.global.u32 %r9, [%d0]; setp.ne.u32 %p1, %r9, 0; @%p1 bra E;\nmad.lo.u32 %r5, %r5, 1664525, 1013904223; add.u32 %r6, %r6, 1; setp.lt.u32 %p2, %r6, 2500000; @%p2 bra L;\nE: st.global.u32 [%d0+4], 1; ret;", 1)]
    [InlineData("mov.u32 %r6, 0;\nL: and.b32 %r7, %r6, 15; mul.wide.u32 %d1, %r7, 4; add.u64 %d1, %d1, %d0; ld.global.u32 %r9, [%d1]; setp.ne.u32 %p1, %r9, 0; @%p1 bra E;\nadd.u32 %r6, %r6, 1; setp.lt.u32 %p2, %r6, 2200000; @%p2 bra L;\nE: st.global.u32 [%d0+4], 1; ret;", 1)]
    [InlineData("mov.u32 %r6, 0; setp.lt.u32 %p0, %r0, 32; @%p0 bra W;\nL: add.u32 %r6, %r6, 1; setp.lt.u32 %p2, %r6, 3000000; @%p2 bra L;\nst.volatile.global.u32 [%d0+4], 1; ret;\nW: ld.volatile.global.u32 %r9, [%d0+4]; setp.eq.u32 %p1, %r9, 0; @%p1 bra W;\nret;", 64)]
    [InlineData("st.global.u32 [%d0+8], 4000000; mov.u32 %r6, 0;\nL: add.u32 %r6, %r6, 1; add.u32 %r5, %r5, 3; ld.global.u32 %r9, [%d0+8]; setp.lt.u32 %p1, %r6, %r9; @%p1 bra L;\nst.global.u32 [%d0+4], 1; ret;", 1)]
    [InlineData("setp.eq.u32 %p0, %r0, 0; @%p0 st.shared.u32 [s], 600000; bar.sync 0; mov.u32 %r6, 0;\nL: add.u32 %r6, %r6, 1; add.u32 %r5, %r5, 3; ld.shared.u32 %r9, [s]; setp.lt.u32 %p1, %r6, %r9; @%p1 bra L;\n@%p0 st.global.u32 [%d0+4], 1; ret;", 256)]
    [InlineData("mov.b32 %r6, 0x4A742400; st.global.u32 [%d0+8], %r6; mov.f32 %f1, 0f00000000;\nL: add.f32 %f1, %f1, 0f3F800000; ld.global.f32 %f2, [%d0+8]; setp.lt.f32 %p1, %f1, %f2; @%p1 bra L;\nst.global.u32 [%d0+4], 1; ret;", 1)]
    [InlineData("mov.u32 %r6, 0;\nL: add.u32 %r6, %r6, 1; ld.volatile.global.u32 %r9, [%d0]; shr.u32 %r7, %r6, 22; setp.eq.u32 %p1, %r7, %r9; @%p1 bra L;\nst.global.u32 [%d0+4], 1; ret;", 1)]
    [InlineData("mov.u32 %r6, 0;\nL: ld.volatile.global.u32 %r9, [%d0]; setp.ne.u32 %p1, %r9, 0; @%p1 bra E;\nadd.u32 %r6, %r6, 1; setp.gt.u32 %p2, %r6, 3000000; selp.u32 %r7, 1, 0, %p2;\nshfl.sync.idx.b32 %r8, %r7, 0, 31, 1; setp.eq.u32 %p3, %r8, 0; @%p3 bra L;\nE: st.global.u32 [%d0+4], 1; ret;", 1)]
    [InlineData("mov.u32 %r6, %clock;\nL: ld.volatile.global.u32 %r9, [%d0]; setp.ne.u32 %p1, %r9, 0; @%p1 bra E;\nmov.u32 %r7, %clock; sub.u32 %r7, %r7, %r6; setp.lt.u32 %p2, %r7, 3000000; @%p2 bra L;\nE: st.global.u32 [%d0+4], 1; ret;", 1)]
    [InlineData("mov.u64 %d1, %clock64; add.u64 %d1, %d1, 3000000;\nL: ld.volatile.global.u32 %r9, [%d0]; setp.ne.u32 %p1, %r9, 0; @%p1 bra E;\nmov.u64 %d2, %clock64; setp.lt.u64 %p2, %d2, %d1; mov.u64 %d2, 0; @%p2 bra L;\nE: st.global.u32 [%d0+4], 1; ret;", 1)]
    public void Long_loops_that_end_are_left_alone(string body, int block)
    {
        using TestMemory memory = new();
        ulong data = memory.Upload<int>(new int[16]);
        KernelCounters counters = Interpreter.Run(memory, Interpreter.Kernel(1, Start + body, ".shared .align 4 .b32 s;\n"), 1, block, [data]);
        Assert.Equal(1, memory.Download<int>(data, 2)[1]);
        Assert.InRange(counters.Instructions.Warps, 15_000_000, 100_000_000);
    }

    [Theory]
    [InlineData(32, 32, "L: atom.acquire.gpu.global.cas.b32 %r3, [%d0+4], 0, 1; setp.ne.u32 %p1, %r3, 0; @%p1 bra L;\nld.relaxed.gpu.global.u32 %r4, [%d0]; add.u32 %r4, %r4, 1; st.relaxed.gpu.global.u32 [%d0], %r4; atom.release.gpu.global.exch.b32 %r3, [%d0+4], 0; ret;")]
    [InlineData(32, 1, "setp.eq.u32 %p1, %r0, 31; @%p1 bra S;\nW: ld.acquire.gpu.global.u32 %r3, [%d0+4]; setp.eq.u32 %p2, %r3, 0; @%p2 bra W;\nbra E;\nS: st.release.gpu.global.u32 [%d0+4], 1; st.global.u32 [%d0], 1;\nE: ret;")]
    public void Lanes_of_a_warp_may_wait_for_each_other(int block, int want, string body)
    {
        foreach (bool cooperative in new[] { false, true })
        {
            using TestMemory memory = new();
            ulong data = memory.Upload<int>([0, 0]);
            Interpreter.Run(memory, Interpreter.Kernel(1, Start + body), 1, block, [data], cooperative: cooperative);
            Assert.Equal(want, memory.Download<int>(data, 1)[0]);
        }
    }
}

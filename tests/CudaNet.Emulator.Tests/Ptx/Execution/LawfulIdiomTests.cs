using CudaNet.Emulator.Ptx.Execution;
using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>What the programming guide itself does with no order between threads, each with a careless twin; and what becomes of races where that is asked for.</summary>
public sealed class LawfulIdiomTests
{
    private const string Where = "ld.param.u64 %d0, [p0]; mov.u32 %r0, %tid.x; mov.u32 %r8, %ctaid.x;\n";

    private const string Different = "st.global.u32 [%d0], %r0;\nret;";

    /// <summary>The loop that makes any atomic operation of a compare-and-swap: blocks in global memory, warps in shared memory, through registers of other types.</summary>
    [Theory]
    [InlineData("mov.u32 %r2, %r1; add.u32 %r3, %r2, 1; atom.global.cas.b32 %r1, [%d0], %r2, %r3; setp.ne.u32 %p1, %r1, %r2; @%p1 bra L;")]
    [InlineData("mov.b32 %f1, %r1; mov.b32 %r2, %f1; add.u32 %r3, %r2, 1; atom.global.cas.b32 %r1, [%d0], %r2, %r3; setp.ne.u32 %p1, %r1, %r2; @%p1 bra L;")]
    public void A_plain_load_before_a_compare_and_swap_loop(string loop)
    {
        using TestMemory memory = new();
        ulong data = memory.Upload<int>([0]);
        for (int seed = 1; seed <= 8; seed++)
        {
            Interpreter.Run(memory, Interpreter.Kernel(1, $"{Where}ld.global.u32 %r1, [%d0];\nL: {loop}\nret;"), 4, 64, [data], seed);
        }

        Assert.Equal(8 * 4 * 64, memory.Download<int>(data, 1)[0]);
    }

    [Fact]
    public void The_same_between_warps_in_shared_memory()
    {
        using TestMemory memory = new();
        ulong output = memory.Allocate(4);
        string text = Interpreter.Kernel(
            1,
            Where + "setp.eq.u32 %p2, %r0, 0; @%p2 st.shared.u32 [s], 0; bar.sync 0;\nld.shared.u32 %r1, [s];\n"
            + "L: mov.u32 %r2, %r1; add.u32 %r3, %r2, 1; atom.shared.cas.b32 %r1, [s], %r2, %r3; setp.ne.u32 %p1, %r1, %r2; @%p1 bra L;\n"
            + "bar.sync 0; ld.shared.u32 %r4, [s]; @%p2 st.global.u32 [%d0], %r4; ret;",
            ".shared .align 4 .b32 s;\n");
        Interpreter.Run(memory, text, 1, 96, [output]);
        Assert.Equal(96, memory.Download<int>(output, 1)[0]);
    }

    /// <summary>A load whose value no compare-and-swap checks, one of another word, and a loop that ends in a plain store.</summary>
    [Theory]
    [InlineData("ld.global.u32 %r1, [%d0]; atom.global.add.u32 %r2, [%d0], %r1;")]
    [InlineData("ld.global.u32 %r1, [%d0]; atom.global.cas.b32 %r2, [%d0], 0, %r1;")]
    [InlineData("ld.global.u32 %r1, [%d0]; atom.global.cas.b32 %r2, [%d0+4], %r1, 7; atom.global.add.u32 %r2, [%d0], 1;")]
    [InlineData("ld.global.u32 %r1, [%d0]; add.u32 %r1, %r1, 1; st.global.u32 [%d0], %r1;")]
    public void Any_other_plain_load_beside_atomic_operations_is_found(string body)
    {
        using TestMemory memory = new();
        Assert.Equal(FindingKind.Race, Interpreter.Find(Interpreter.Kernel(1, $"{Where}{body}\nret;"), 2, 64, [memory.Upload<int>([1, 2])], memory).Kind);
    }

    [Theory]
    [InlineData(1, 96)]
    [InlineData(5, 32)]
    public void Warps_and_blocks_may_store_the_same_value(int grid, int block)
    {
        using TestMemory memory = new();
        ulong output = memory.Allocate(16);
        Interpreter.Run(memory, Interpreter.Kernel(1, $"{Where}mov.u32 %r1, 1; mov.u64 %d1, 2;\nst.global.u32 [%d0], %r1; st.global.v2.u32 [%d0+8], {{%r1, %r1}}; ret;"), grid, block, [output]);
        Assert.Equal(1, memory.Download<int>(output, 1)[0]);
        Assert.Equal(FindingKind.Race, Interpreter.Find(Interpreter.Kernel(1, $"{Where}add.u32 %r0, %r0, %r8;\n{Different}"), grid, block, [output], memory).Kind);
    }

    [Fact]
    public void A_read_beside_stores_of_one_value_is_a_race()
    {
        using TestMemory memory = new();
        string text = Interpreter.Kernel(1, $"{Where}setp.eq.u32 %p1, %r8, 0; mov.u32 %r1, 1; @%p1 st.global.u32 [%d0], %r1; @!%p1 ld.global.u32 %r2, [%d0]; ret;");
        Assert.Equal(FindingKind.Race, Interpreter.Find(text, 6, 32, [memory.Upload<int>([0])], memory).Kind);
    }

    [Fact]
    public void A_race_that_is_only_reported_is_so_once_and_the_kernel_goes_on()
    {
        using TestMemory memory = new();
        List<Finding> found = [];
        ulong output = memory.Upload<int>([-1]);
        Interpreter.Run(memory, Interpreter.Kernel(1, Where + Different), 3, 64, [output], options: new InterpreterOptions { ReportRace = found.Add });
        Assert.Equal(FindingKind.Race, Assert.Single(found).Kind);
        Assert.InRange(memory.Download<int>(output, 1)[0], 0, 63);
        Interpreter.Run(memory, Interpreter.Kernel(1, Where + Different), 3, 64, [output], options: new InterpreterOptions { CheckRaces = false });
    }

    [Theory]
    [InlineData(RaceChecks.Error, 1, true)]
    [InlineData(RaceChecks.Report, 1, false)]
    [InlineData(RaceChecks.Off, 0, false)]
    public void A_machine_is_told_what_becomes_of_races(RaceChecks races, int findings, bool fails)
    {
        using EmulatedMachine machine = new(new EmulatorOptions { Races = races });
        using (CudaContext context = new(CudaLibraries.From(machine.Libraries.Driver).Devices[0]))
        using (CudaStream stream = new(context))
        using (CudaModule module = new(context, Interpreter.Kernel(1, Where + Different), "race.ptx"))
        using (DeviceMemory memory = new(context, 4))
        {
            module.GetKernel("k").Launch(stream, new LaunchShape(new Dim3(2), new Dim3(64)), memory);
            Assert.Equal(fails, Record.Exception(stream.Synchronize) is DeviceFaultedException);
        }

        Assert.Equal(findings, machine.Findings.Count(f => f.Kind == FindingKind.Race));
    }

    /// <summary>Blocks that do nothing are counted, so that more of them than anything has end in a finding and not in hours; and not one of them is kept.</summary>
    [Fact]
    public void Blocks_that_do_nothing_cost_budget_and_no_memory()
    {
        using TestMemory memory = new();
        string text = Interpreter.Kernel(0, "ret;");
        Interpreter.Run(memory, text, 1, 32, []); // what the first launch of the process makes counts for no block
        long before = GC.GetAllocatedBytesForCurrentThread();
        Interpreter.Run(memory, text, 3_000_000, 32, []);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 48L << 20);
        Assert.Equal(FindingKind.Hang, Interpreter.Find(text, int.MaxValue, 32, [], memory, new InterpreterOptions { InstructionBudget = 1_000_000 }).Kind);
    }
}

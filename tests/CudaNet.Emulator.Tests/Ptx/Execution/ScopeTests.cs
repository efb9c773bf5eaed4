using CudaNet.Emulator.Device;
using CudaNet.Emulator.Ptx.Execution;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>For whom an order holds: the block, the device, or the host as well.</summary>
public sealed class ScopeTests
{
    private const string Start = "ld.param.u64 %d0, [p0]; ld.param.u64 %d1, [p1]; mov.u32 %r0, %tid.x; mov.u32 %r1, %ctaid.x; setp.eq.u32 %p0, %r0, 0; mul.wide.u32 %d2, %r0, 4; add.u64 %d2, %d2, %d0;\n";

    private const string Data = "st.global.u32 [%d2], %r0; bar.sync 0;\n";

    private static List<Finding> Run(string body, MemoryKind data, MemoryKind flag, int block = 64)
    {
        using TestMemory memory = new();
        List<Finding> found = [];
        InterpreterOptions options = new() { ReportRace = found.Add };
        Interpreter.Run(memory, Interpreter.Kernel(2, $"{Start}{body} ret;"), 1, block, [memory.Allocate(block * 4, data), memory.Upload<int>([0], flag)], options: options);
        return found;
    }

    [Theory]
    [InlineData("@%p0 membar.gl; @%p0 st.volatile.global.u32 [%d1], 1;", "membar.gl")]
    [InlineData("fence.acq_rel.gpu; @%p0 st.relaxed.sys.global.u32 [%d1], 1;", "fence.acq_rel.gpu")]
    [InlineData("@%p0 membar.gl; @%p0 atom.global.sys.add.u32 %r5, [%d1], 1;", "membar.gl")]
    [InlineData("@%p0 membar.gl; @%p0 red.global.sys.add.u32 [%d1], 1;", "membar.gl")]
    [InlineData("@%p0 st.release.gpu.global.u32 [%d1], 1;", "st.release.gpu.global.u32")]
    [InlineData("@%p0 atom.add.release.gpu.global.u32 %r5, [%d1], 1;", "atom.add.release.gpu.global.u32")]
    public void A_flag_for_the_host_behind_a_fence_of_the_device_is_found(string signal, string fence)
    {
        Finding finding = Assert.Single(Run(Data + signal, MemoryKind.Pinned, MemoryKind.Registered));
        Assert.Equal(FindingKind.Race, finding.Kind);
        Assert.Matches($@"thread \(0, 0, 0\): the host .* \(st\.global\.u32\): PTX line \d+ \({fence.Replace(".", @"\.", StringComparison.Ordinal)}\)", finding.Message);
        Assert.Empty(Run(Data + signal, MemoryKind.Device, MemoryKind.Registered));
        Assert.Empty(Run(Data + signal, MemoryKind.Pinned, MemoryKind.Device));
    }

    /// <summary>The system's scope; a fence that is followed by data only; a flag without any fence, which may be none; what a fence of the system published before.</summary>
    [Theory]
    [InlineData("@%p0 membar.sys; @%p0 st.volatile.global.u32 [%d1], 1;")]
    [InlineData("@%p0 fence.sc.sys; @%p0 atom.global.sys.add.u32 %r5, [%d1], 1;")]
    [InlineData("@%p0 st.release.sys.global.u32 [%d1], 1;")]
    [InlineData("@%p0 atom.add.acq_rel.sys.global.u32 %r5, [%d1], 1;")]
    [InlineData("membar.gl; @%p0 st.global.u32 [%d1], 1;")]
    [InlineData("@%p0 st.volatile.global.u32 [%d1], 1;")]
    [InlineData("membar.sys; membar.gl; @%p0 st.volatile.global.u32 [%d1], 1;")]
    [InlineData("@%p0 st.global.u32 [%d1], 1; membar.gl; @%p0 st.volatile.global.u32 [%d1], 2;")]
    public void What_is_ordered_for_the_host_or_tells_it_nothing_is_not(string signal) => Assert.Empty(Run(Data + signal, MemoryKind.Pinned, MemoryKind.Pinned));

    [Fact]
    public void Races_that_are_errors_end_the_launch_there_and_those_that_are_off_do_not()
    {
        using TestMemory memory = new();
        string text = Interpreter.Kernel(2, $"{Start}{Data}@%p0 st.release.gpu.global.u32 [%d1], 1; ret;");
        ulong[] parameters = [memory.Allocate(256, MemoryKind.Pinned), memory.Upload<int>([0], MemoryKind.Pinned)];
        Assert.Equal(FindingKind.Race, Interpreter.Find(text, 1, 64, parameters, memory).Kind);
        Interpreter.Run(memory, text, 1, 64, parameters, options: new InterpreterOptions { CheckRaces = false });
        Assert.Equal(63, memory.Download<int>(parameters[0], 64)[63]);
    }

    /// <summary>The last block sums up what the others published; with the block's scope nothing is published. What blocks that run one after the other fence later counts for them as published.</summary>
    [Theory]
    [InlineData("", "atom.add.acq_rel.gpu.global.u32", "", true, true)]
    [InlineData("", "atom.add.acq_rel.sys.global.u32", "", true, true)]
    [InlineData("membar.gl;", "atom.global.add.u32", "membar.gl;", true, true)]
    [InlineData("", "atom.add.acq_rel.cta.global.u32", "", false, false)]
    [InlineData("membar.gl;", "atom.add.relaxed.cta.global.u32", "membar.gl;", true, false)]
    [InlineData("membar.cta;", "atom.global.add.u32", "membar.gl;", true, false)]
    [InlineData("membar.cta;", "atom.global.add.u32", "membar.cta;", false, false)]
    [InlineData("", "atom.add.release.gpu.global.u32", "", false, false)]
    public void The_last_block_reads_what_was_released_to_the_device(string before, string atomic, string behind, bool plainPasses, bool cooperativePasses)
    {
        string text = Interpreter.Kernel(
            2,
            $"{Start}mul.wide.u32 %d3, %r1, 4; add.u64 %d3, %d3, %d0; st.global.u32 [%d3], %r1; {before} {atomic} %r2, [%d1], 1; {behind}\nsetp.ne.u32 %p1, %r2, 15; @%p1 ret;\n"
            + "mov.u32 %r3, 0; mov.u32 %r4, 0;\nL: ld.global.u32 %r5, [%d0]; add.u32 %r4, %r4, %r5; add.u64 %d0, %d0, 4; add.u32 %r3, %r3, 1; setp.lt.u32 %p2, %r3, 16; @%p2 bra L;\nst.global.u32 [%d1+4], %r4; ret;");
        foreach (bool cooperative in new[] { false, true })
        {
            using TestMemory memory = new();
            ulong[] parameters = [memory.Allocate(64), memory.Upload<int>([0, 0])];
            if (cooperative ? cooperativePasses : plainPasses)
            {
                Interpreter.Run(memory, text, 16, 1, parameters, cooperative: cooperative);
                Assert.Equal(120, memory.Download<int>(parameters[1], 2)[1]);
            }
            else
            {
                Assert.Equal(FindingKind.Race, Interpreter.Find(text, 16, 1, parameters, memory, cooperative: cooperative).Kind);
            }
        }
    }
}

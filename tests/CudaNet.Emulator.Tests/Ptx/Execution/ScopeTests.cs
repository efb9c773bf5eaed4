using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>For whom an order holds: the block or the device.</summary>
public sealed class ScopeTests
{
    private const string Start = "ld.param.u64 %d0, [p0]; ld.param.u64 %d1, [p1]; mov.u32 %r0, %tid.x; mov.u32 %r1, %ctaid.x; setp.eq.u32 %p0, %r0, 0; mul.wide.u32 %d2, %r0, 4; add.u64 %d2, %d2, %d0;\n";

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

using CudaNet.Emulator.Device;
using CudaNet.Emulator.Ptx.Execution;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Compilers read registers that nothing wrote where it decides nothing; the fault comes where it does.</summary>
public sealed class UnwrittenRegisterTests
{
    private const string Start = "ld.param.u64 %d0, [p0]; mov.u32 %r0, %tid.x; mul.wide.u32 %d1, %r0, 4; add.s64 %d1, %d0, %d1; setp.lt.u32 %p1, %r0, 9;\n@%p1 mov.u32 %r7, 1;\n";

    private static void Run(string body)
    {
        using TestMemory memory = new();
        Interpreter.Run(memory, Interpreter.Kernel(1, Start + body + "\nret;"), 1, 32, [memory.Upload<int>(new int[32])]);
    }

    [Theory]
    [InlineData("st.global.u32 [%d1], %r7;")]
    [InlineData("add.s32 %r8, %r7, 1;\nst.global.u32 [%d1], %r8;")]
    [InlineData("add.s32 %r7, %r7, 1;\nst.global.u32 [%d1], %r7;")]
    [InlineData("setp.eq.u32 %p2, %r7, 1;\n@%p2 bra A; add.s32 %r0, %r0, 1; A:")]
    [InlineData("setp.eq.u32 %p2, %r7, 1; and.pred %p3, %p2, %p2;\n@%p3 bra A; add.s32 %r0, %r0, 1; A:")]
    [InlineData("mul.wide.u32 %d2, %r7, 4; add.s64 %d2, %d0, %d2;\nld.global.u32 %r8, [%d2];")]
    [InlineData("shfl.sync.idx.b32 %r8, %r7, 0, 31, -1;")]
    [InlineData("add.cc.u32 %r8, %r7, 1; addc.u32 %r9, 0, 0;\nst.global.u32 [%d1], %r9;")]
    [InlineData("mov.b64 %d2, {%r7, %r7}; mov.b64 {%r8, %r9}, %d2;\nst.global.u32 [%d1], %r9;")]
    [InlineData("prmt.b32 %r8, %r0, %r7, 0x3240;\nst.global.u32 [%d1], %r8;")]
    public void A_register_that_a_lane_did_not_write_may_decide_nothing(string use)
    {
        DeviceFault fault = Assert.Throws<DeviceFault>(() => Run(use));
        Assert.Equal(FindingKind.Uninitialised, fault.Finding.Kind);
        Assert.Contains("%r7", fault.Message, StringComparison.Ordinal);
        Assert.Contains("thread (9, 0, 0)", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mov.u32 %r8, %r7; add.s32 %r9, %r8, 3; mul.lo.s32 %r9, %r9, %r8;")]
    [InlineData("add.s32 %r8, %r7, 1; selp.b32 %r9, %r8, %r0, %p1; st.global.u32 [%d1], %r9;")]
    [InlineData("setp.gt.s32 %p2, %r7, 0; and.pred %p3, %p1, %p2; selp.b32 %r9, 1, 0, %p3; st.global.u32 [%d1], %r9;")]
    [InlineData("setp.gt.s32 %p2, %r7, 0; not.pred %p4, %p1; or.pred %p3, %p4, %p2; selp.b32 %r9, 1, 0, %p3; st.global.u32 [%d1], %r9;")]
    [InlineData("prmt.b32 %r8, %r0, %r7, 0x0032; st.global.u32 [%d1], %r8;")]
    [InlineData("prmt.b32 %r8, %r7, %r0, 0x7654; st.global.u32 [%d1], %r8;")]
    [InlineData("mov.b64 %d2, {%r0, %r7}; mov.b64 {%r8, %r9}, %d2; st.global.u32 [%d1], %r8;")]
    [InlineData("add.s32 %r8, %r7, 1; mov.u32 %r8, %r0; st.global.u32 [%d1], %r8;")]
    public void What_is_computed_and_decides_nothing_is_no_mistake(string use) => Run(use);

    [Fact]
    public void The_fault_names_the_instruction_that_read_the_register_first()
    {
        DeviceFault fault = Assert.Throws<DeviceFault>(() => Run("add.s32 %r8, %r7, 1;\nmul.lo.s32 %r9, %r8, 5;\nst.global.u32 [%d1], %r9;"));
        Assert.Contains("(st.global.u32)", fault.Message, StringComparison.Ordinal);
        Assert.Contains("read of %r9, computed from %r7 at PTX line", fault.Message, StringComparison.Ordinal);
        Assert.Contains("(add.s32)", fault.Message, StringComparison.Ordinal);
    }
}

using CudaNet.Emulator.Ptx;
using CudaNet.Emulator.Ptx.Execution;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Every instruction that compilers were seen to emit for kernels of a network runs, in the spelling they use; and what is on file here decodes.</summary>
public sealed class CompilerOpcodeTests
{
    /// <summary>clang 19 for sm_75 to sm_90, optimised.</summary>
    private static readonly string[] Clang =
    [
        "activemask.b32 %r1", "add.f16x2 %r1, %r2, %r3", "add.f32 %f1, %f2, %f3", "add.s32 %r1, %r2, %r3", "add.s64 %d1, %d2, %d3", "and.b16 %h1, %h2, %h3", "and.b32 %r1, %r2, %r3",
        "and.pred %p1, %p2, %p3", "atom.global.add.f32 %f1, [%d0], %f2", "atom.inc.u32 %r1, [%d0], %r2", "bar.sync 0", "bfe.u32 %r1, %r2, 1, 1", "bra END", "bra.uni END", "cvt.f32.f16 %f1, %h1",
        "cvt.rmi.f32.f32 %f1, %f2", "cvt.rn.f16.f32 %h1, %f1", "cvt.rn.f32.s32 %f1, %r1", "cvt.rn.f32.u16 %f1, %h1", "cvt.rn.f32.u32 %f1, %r1", "cvt.rzi.s32.f32 %r1, %f1", "cvt.s64.s32 %d1, %r1",
        "cvt.u16.u8 %h1, %h2", "cvt.u32.u64 %r1, %d1", "cvt.u64.u32 %d1, %r1", "cvta.to.global.u64 %d1, %d0", "div.s32 %r1, %r2, %r3", "dp4a.s32.s32 %r1, %r2, %r3, %r4", "ex2.approx.f32 %f1, %f2",
        "fma.rn.f16x2 %r1, %r2, %r3, %r4", "fma.rn.f32 %f1, %f2, %f3, %f4", "ld.global.b16 %h1, [%d0]", "ld.global.f32 %f1, [%d0]", "ld.global.nc.f32 %f1, [%d0]", "ld.global.nc.u16 %h1, [%d0]",
        "ld.global.nc.u32 %r1, [%d0]", "ld.global.nc.u8 %h1, [%d0]", "ld.global.nc.v4.f32 {%f1, %f2, %f3, %f4}, [%d0]", "ld.global.nc.v4.u32 {%r1, %r2, %r3, %r4}, [%d0]", "ld.param.f32 %f1, [p1]",
        "ld.param.s32 %r1, [p1]", "ld.param.u32 %r1, [p1+4]", "ld.param.u64 %d1, [p1]", "ld.shared.b16 %h1, [sm]", "ld.shared.f32 %f1, [sm]", "ld.shared.u32 %r1, [sm]", "ld.shared.u8 %h1, [sm]",
        "ld.shared.v4.f32 {%f1, %f2, %f3, %f4}, [sm]", "ld.volatile.global.f32 %f1, [%d0]", "mad.lo.s32 %r1, %r2, %r3, %r4", "max.f16x2 %r1, %r2, %r3", "max.f32 %f1, %f2, %f3", "max.s32 %r1, %r2, %r3",
        "membar.gl", "mov.b16 %h1, %h2", "mov.b32 %r1, %f1", "mov.b32 %r1, {%h1, %h2}", "mov.b32 {%h1, %h2}, %r1", "mov.b64 %d1, p1", "mov.f32 %f1, %f2", "mov.pred %p1, -1", "mov.u32 %r1, %tid.x",
        "mov.u64 %d1, sm", "mul.f32 %f1, %f2, %f3", "mul.hi.u32 %r1, %r2, %r3", "mul.lo.s32 %r1, %r2, %r3", "mul.lo.s64 %d1, %d2, %d3", "mul.wide.s32 %d1, %r2, %r3", "mul.wide.u32 %d1, %r2, %r3",
        "neg.f32 %f1, %f2", "not.pred %p1, %p2", "or.b32 %r1, %r2, %r3", "or.b64 %d1, %d2, %d3", "or.pred %p1, %p2, %p3", "popc.b32 %r1, %r2", "rcp.rn.f32 %f1, %f2", "rem.s32 %r1, %r2, %r3", "ret",
        "selp.b32 %r1, %r2, %r3, %p1", "selp.b64 %d1, %d2, %d3, %p1", "selp.f32 %f1, %f2, %f3, %p1", "selp.u16 %h1, %h2, %h3, %p1", "setp.eq.b16 %p1, %h1, %h2", "setp.eq.b32 %p1, %r1, %r2",
        "setp.eq.f32 %p1, %f1, %f2", "setp.eq.s32 %p1, %r1, %r2", "setp.eq.s64 %p1, %d1, %d2", "setp.ge.s32 %p1, %r1, %r2", "setp.ge.u32 %p1, %r1, %r2", "setp.gt.f32 %p1, %f1, %f2", "setp.gt.s32 %p1, %r1, %r2",
        "setp.gt.u32 %p1, %r1, %r2", "setp.leu.f32 %p1, %f1, %f2", "setp.lt.s32 %p1, %r1, %r2", "setp.lt.u32 %p1, %r1, %r2", "setp.ne.s32 %p1, %r1, %r2", "setp.ne.s64 %p1, %d1, %d2",
        "shfl.sync.bfly.b32 %r1, %r2, 1, 31, -1", "shfl.sync.down.b32 %r1, %r2, 1, 31, -1", "shl.b32 %r1, %r2, %r3", "shl.b64 %d1, %d2, %r3", "shr.s32 %r1, %r2, %r3", "shr.u32 %r1, %r2, %r3", "shr.u64 %d1, %d2, %r3",
        "st.global.b16 [%d0], %h1", "st.global.b32 [%d0], %r1", "st.global.f32 [%d0], %f1", "st.global.u32 [%d0], %r1", "st.global.v4.b16 [%d0], {%h1, %h2, %h3, %h4}", "st.global.v4.b32 [%d0], {%r1, %r2, %r3, %r4}",
        "st.global.v4.f32 [%d0], {%f1, %f2, %f3, %f4}", "st.shared.b16 [sm], %h1", "st.shared.f32 [sm], %f1", "st.shared.u32 [sm], %r1", "st.shared.u8 [sm], %h1", "st.shared.v4.f32 [sm], {%f1, %f2, %f3, %f4}",
        "st.shared.v4.u32 [sm], {%r1, %r2, %r3, %r4}", "sub.f32 %f1, %f2, %f3", "sub.s32 %r1, %r2, %r3", "vote.sync.ballot.b32 %r1, %p1, -1", "xor.b32 %r1, %r2, %r3",
        "setp.neu.f32 %p1, %f1, %f2", "min.s32 %r1, %r2, %r3", "add.rn.f32 %f1, %f2, %f3", "sub.rn.f32 %f1, %f2, %f3", "mul.rn.f32 %f1, %f2, %f3", "add.rn.f16x2 %r1, %r2, %r3", "rcp.approx.f32 %f1, %f2",
        "setp.le.f32 %p1, %f1, %f2", "ld.const.u8 %h1, [table]", "ld.local.u32 %r1, [depot]", "st.local.u32 [depot], %r1", "div.u32 %r1, %r2, %r3", "rem.u32 %r1, %r2, %r3", "div.u64 %d1, %d2, %d3",
        "rem.u64 %d1, %d2, %d3", "ld.param.u8 %h1, [p1]", "ld.param.u16 %h1, [p1]", "cvt.rni.f32.f32 %f1, %f2", "cvt.rpi.f32.f32 %f1, %f2", "cvt.sat.f32.f32 %f1, %f2", "abs.f32 %f1, %f2", "sqrt.rn.f32 %f1, %f2",
        "div.rn.f32 %f1, %f2, %f3", "clz.b32 %r1, %r2", "prmt.b32 %r1, %r2, %r3, 0x5410", "testp.finite.f32 %p1, %f1", "cvta.shared.u64 %d1, %d2", "cvta.local.u64 %d1, %d2",
    ];

    /// <summary>nvcc, with its fast mathematics and its debug form, and clang 22.</summary>
    private static readonly string[] Others =
    [
        "and.b64 %d1, %d2, %d3", "atom.global.inc.u32 %r1, [%d0], %r2", "bfi.b32 %r1, %r2, %r3, 1, 2", "cvt.rn.f16.s32 %h1, %r1", "ld.global.nc.v2.u16 {%h1, %h2}, [%d0]", "ld.global.u16 %h1, [%d0]", "ld.shared.u16 %h1, [sm]",
        "mov.u16 %h1, %h2", "not.b32 %r1, %r2", "setp.eq.s16 %p1, %h1, %h2", "setp.lt.f32 %p1, %f1, %f2", "st.global.u16 [%d0], %h1", "st.global.v2.u16 [%d0], {%h1, %h2}", "st.global.v4.u16 [%d0], {%h1, %h2, %h3, %h4}",
        "st.global.v4.u32 [%d0], {%r1, %r2, %r3, %r4}", "st.shared.u16 [sm], %h1", "cvt.u16.u32 %h1, %r1", "mad.lo.s64 %d1, %d2, %d3, %d4", "mul.wide.u16 %r1, %h1, %h2", "neg.s32 %r1, %r2", "shr.u16 %h1, %h2, %r1",
        "add.ftz.f32 %f1, %f2, %f3", "mul.ftz.f32 %f1, %f2, %f3", "sub.ftz.f32 %f1, %f2, %f3", "fma.rn.ftz.f32 %f1, %f2, %f3, %f4", "max.ftz.f32 %f1, %f2, %f3", "ex2.approx.ftz.f32 %f1, %f2", "rcp.approx.ftz.f32 %f1, %f2",
        "cvt.rmi.ftz.f32.f32 %f1, %f2", "cvt.rzi.ftz.s32.f32 %r1, %f2", "setp.eq.ftz.f32 %p1, %f1, %f2", "setp.gt.ftz.f32 %p1, %f1, %f2", "setp.lt.ftz.f32 %p1, %f1, %f2", "ld.param.b16 %h1, [p1]", "ld.param.b32 %r1, [p1]",
        "ld.param.b64 %d1, [p1]", "ld.u8 %h1, [%d0]", "ld.u16 %h1, [%d0]", "ld.u32 %r1, [%d0]", "ld.u64 %d1, [%d0]", "ld.f32 %f1, [%d0]", "ld.v4.u32 {%r1, %r2, %r3, %r4}, [%d0]", "st.u8 [%d0], %h1", "st.u16 [%d0], %h1",
        "st.u32 [%d0], %r1", "st.u64 [%d0], %d1", "st.f32 [%d0], %f1", "st.v4.u32 [%d0], {%r1, %r2, %r3, %r4}", "ld.volatile.f32 %f1, [%d0]", "atom.add.f32 %f1, [%d0], %f2", "cvta.to.shared.u64 %d1, %d9", "add.u64 %d1, %d2, %d3",
        "cvt.s16.s8 %h1, %h2", "selp.u32 %r1, %r2, %r3, %p1", "setp.ne.s16 %p1, %h1, %h2", "ld.global.b32 %r1, [%d0]", "ld.global.nc.b8 %h1, [%d0]", "ld.global.nc.b16 %h1, [%d0]", "ld.global.nc.b32 %r1, [%d0]",
        "ld.global.nc.v2.b16 {%h1, %h2}, [%d0]", "ld.global.nc.v4.b32 {%r1, %r2, %r3, %r4}, [%d0]", "ld.shared.b8 %h1, [sm]", "ld.shared.b32 %r1, [sm]", "ld.shared.v4.b32 {%r1, %r2, %r3, %r4}, [sm]",
        "ld.volatile.global.b32 %r1, [%d0]", "st.shared.b8 [sm], %h1", "st.shared.b32 [sm], %r1", "st.shared.v4.b32 [sm], {%r1, %r2, %r3, %r4}", "st.global.v2.b32 [%d0], {%r1, %r2}", "setp.eq.b64 %p1, %d1, %d2",
        "setp.ne.b16 %p1, %h1, %h2", "setp.ne.b32 %p1, %r1, %r2", "setp.ne.b64 %p1, %d1, %d2", "selp.b16 %h1, %h2, %h3, %p1", "cvt.rn.f16x2.f32 %r1, %f1, %f2", "add.f32x2 %d1, %d2, %d3", "sub.f32x2 %d1, %d2, %d3",
        "mul.f32x2 %d1, %d2, %d3", "fma.rn.f32x2 %d1, %d2, %d3, %d4", "add.rn.f32.f16 %f1, %h1, %f2", "ld.global.nc.v2.b64 {%d1, %d2}, [%d0]", "st.global.v2.b64 [%d0], {%d1, %d2}", "st.shared.v2.b64 [sm], {%d1, %d2}",
        "ld.global.v8.f32 {%f1, %f2, %f3, %f4, %f5, %f6, %f7, %f8}, [%d0]", "nanosleep.u32 100", "fence.acq_rel.gpu", "bar.warp.sync -1", "isspacep.shared %p1, %d9",
    ];

    public static TheoryData<string> All() => [.. Clang, .. Others];

    private static string Kernel(string instruction) => Interpreter.Module(
        $$"""
        .const .align 4 .b8 table[8] = {1, 2, 3, 4, 5, 6, 7, 8};
        .visible .entry k(.param .u64 p0, .param .u64 p1)
        {
        .reg .pred %p<9>; .reg .b16 %h<9>; .reg .b32 %r<9>; .reg .b64 %d<12>; .reg .f32 %f<9>;
        .shared .align 16 .b8 sm[32];
        .local .align 8 .b8 depot[16];
        {{string.Concat(Enumerable.Range(1, 8).Select(at => $"mov.u32 %r{at}, {at}; mov.u16 %h{at}, {at}; mov.u64 %d{at}, {at}; mov.f32 %f{at}, 0f3F800000; setp.eq.s32 %p{at}, %r{at}, 1;\n"))}}
        ld.param.u64 %d0, [p0]; cvta.to.global.u64 %d0, %d0; mov.u64 %d9, sm; cvta.shared.u64 %d9, %d9; st.local.v2.u64 [depot], {%d1, %d2};
        setp.eq.u32 %p8, %r1, %r1;
        st.shared.v4.u32 [sm], {%r1, %r2, %r3, %r4};
        bar.sync 0;
        {{instruction}};
        END: ret;
        }
        """,
        100,
        "8.8");

    [Theory]
    [MemberData(nameof(All))]
    public void What_compilers_emit_runs(string instruction)
    {
        using TestMemory memory = new();
        ulong data = memory.Upload<ulong>([1, 2, 3, 4]);
        PtxModule module = PtxModule.Parse(Kernel(instruction), "test");
        Dictionary<PtxVariable, ulong> variables = new() { [module.FindVariable("table")!] = memory.Upload<byte>([1, 2, 3, 4, 5, 6, 7, 8]) };
        InterpreterOptions options = new() { CheckRaces = false };

        KernelCounters counters = Interpreter.Run(
            memory, module.FindKernel("k")!, new PtxDimensions(1, 1, 1), new PtxDimensions(32, 1, 1), [.. BitConverter.GetBytes(data), .. new byte[8]], options: options, variables: variables);

        Assert.True(counters.Control.Warps > 0);
    }

    [Theory]
    [InlineData("cp.async.cg.shared.global [%r1], [%d0], 16")]
    [InlineData("cp.async.commit_group")]
    [InlineData("cp.async.wait_group 0")]
    [InlineData("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r1, %r2, %r3, %r4}, [%r5]")]
    [InlineData("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%f1, %f2, %f3, %f4}, {%r1, %r2}, {%r3}, {%f1, %f2, %f3, %f4}")]
    [InlineData("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f1, %f2, %f3, %f4}, {%r1, %r2, %r3, %r4}, {%r5, %r6}, {%f1, %f2, %f3, %f4}")]
    public void Tensor_cores_and_asynchronous_copies_are_refused_by_name(string instruction)
    {
        PtxParseException refusal = Assert.Throws<PtxParseException>(() => PtxModule.Parse(Kernel(instruction), "test"));

        Assert.Equal(PtxErrorKind.NotSupported, refusal.Kind);
        Assert.Contains(instruction.Split(' ')[0], refusal.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Files()
    {
        string[] folders = ["tests/CudaNet.Emulator.Tests/data", "tests/foreign", "src/CudaNet.Kernels/Cuda/Ptx"];
        return [.. folders.SelectMany(folder => Directory.EnumerateFiles(Repository.File(folder), "*.ptx", SearchOption.AllDirectories)
            .Select(path => System.IO.Path.GetRelativePath(Repository.File("."), path).Replace('\\', '/'))).Order()];
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_kernel_on_file_decodes(string file)
    {
        PtxModule module = PtxModule.Parse(File.ReadAllText(Repository.File(file)), file);

        Assert.NotEmpty(module.Kernels);
        Assert.All(module.Kernels, kernel => Assert.True(KernelProgram.Of(kernel).Length >= kernel.Instructions.Count));
    }
}

using CudaNet.Emulator.Ptx;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx;

/// <summary>Versions, targets, sizes, and text that is hostile rather than wrong.</summary>
public sealed class PtxLimitTests
{
    private const string Head = ".version 7.0\n.target sm_80\n.address_size 64\n";

    private static PtxParseException Refusal(string text) => Assert.Throws<PtxParseException>(() => PtxModule.Parse(text, "m"));

    [Theory]
    [InlineData("4.0", "sm_50"), InlineData("6.0", "sm_70"), InlineData("6.3", "sm_75"), InlineData("7.0", "sm_80"), InlineData("7.8", "sm_90"), InlineData("8.0", "sm_90a"), InlineData("8.6", "sm_100"), InlineData("8.7", "sm_120"), InlineData("9.0", "sm_75")]
    public void A_target_has_a_first_version(string version, string target)
    {
        PtxModule module = PtxModule.Parse($".version {version}\r\n.target {target}, debug\r\n", "m");

        Assert.Equal((version, target), (module.Version.ToString(), module.Target.ToString()));
    }

    [Theory]
    [InlineData(".version 6.2\n.target sm_75", 2), InlineData(".version 6.5\n.target sm_80", 2), InlineData(".version 7.7\n.target sm_90", 2), InlineData(".version 7.8\n.target sm_90a", 2), InlineData(".version 7.0\n.target sm_81", 2)]
    [InlineData(".version 7.0", 1), InlineData(".target sm_80", 1), InlineData("", 1), InlineData(".version 7.0\n.target sm_80\n.address_size 32", 3), InlineData(".version 7.0\n.version 7.0\n.target sm_80", 2), InlineData(".version 7\n.target sm_80", 1)]
    [InlineData(Head + ".frob x;", 4), InlineData(Head + "garbage", 4), InlineData(Head + ".entry k() { ret; }\n.entry k() { ret; }", 5), InlineData(Head + ".entry k(.param .u32 a, .param .u32 a) { ret; }", 4), InlineData(Head + ".entry k() { ret;", 4)]
    [InlineData(Head + ".global .u32 x;\n.global .u32 x;", 5), InlineData(Head + ".global .u32 x[2] = {1,2,3};", 4), InlineData(Head + ".global .u32 x[0];", 4), InlineData(Head + ".global .align 3 .u32 x;", 4), InlineData(Head + ".shared .u32 x = 1;", 4), InlineData(Head + ".global .pred x;", 4), InlineData(Head + ".global .u32 x[];", 4)]
    [InlineData(Head + ".func f(.param .u32 a);\n.func f(.param .u64 a) { ret; }", 5), InlineData(Head + ".func f() { ret; }\n.func f() { ret; }", 5), InlineData(Head + ".entry k() .maxntid 0 { ret; }", 4), InlineData(Head + ".entry k() .frob 1 { ret; }", 4)]
    public void Broken_modules_are_refused_with_their_line(string text, int line) => Assert.Equal(line, Refusal(text).Line);

    [Theory]
    [InlineData("8.9"), InlineData("9.1"), InlineData("10.0"), InlineData("99.99")]
    public void A_newer_version_is_a_refusal_of_its_own_kind(string version) => Assert.Equal(PtxErrorKind.UnsupportedVersion, Refusal($".version {version}\n.target sm_80\n").Kind);

    [Theory]
    [InlineData("activemask.b32 %r1;", "sm_75", "6.3", true), InlineData("max.f16x2 %r1, %r2, %r3;", "sm_75", "7.0", false), InlineData("max.f16x2 %r1, %r2, %r3;", "sm_80", "7.0", true)]
    [InlineData("cvt.f32.bf16 %f1, %rs1;", "sm_80", "7.0", false), InlineData("cvt.f32.bf16 %f1, %rs1;", "sm_80", "7.1", true), InlineData("cvt.ftz.f32.bf16 %f1, %rs1;", "sm_80", "7.8", false), InlineData("cvt.ftz.f32.bf16 %f1, %rs1;", "sm_90", "7.8", true)]
    [InlineData("tanh.approx.f32 %f1, %f2;", "sm_75", "6.5", false), InlineData("tanh.approx.f32 %f1, %f2;", "sm_75", "7.0", true), InlineData("redux.sync.add.u32 %r1, %r2, -1;", "sm_75", "7.0", false), InlineData("cvt.rn.bf16.f32 %rs1, %f1;", "sm_75", "7.0", false)]
    [InlineData("add.bf16x2 %r1, %r2, %r3;", "sm_80", "7.8", false), InlineData("add.bf16x2 %r1, %r2, %r3;", "sm_90", "7.8", true), InlineData("elect.sync %r1|%p1, -1;", "sm_90", "7.8", false), InlineData("elect.sync %r1|%p1, -1;", "sm_90", "8.0", true)]
    [InlineData("add.f32x2 %rd1, %rd2, %rd3;", "sm_90", "8.6", false), InlineData("fma.rn.f32x2 %rd1, %rd2, %rd3, %rd4;", "sm_100", "8.6", true), InlineData("add.rn.f32.f16 %f1, %rs1, %f2;", "sm_100", "8.6", true)]
    [InlineData("ld.global.v8.f32 {%f1,%f2,%f3,%f4,%f5,%f6,%f7,%f8}, [%rd1];", "sm_100", "8.6", false), InlineData("ld.global.v8.f32 {%f1,%f2,%f3,%f4,%f5,%f6,%f7,_}, [%rd1];", "sm_100", "8.8", true), InlineData("ld.global.L2::128B.f32 %f1, [%rd1];", "sm_70", "7.4", false), InlineData("ld.global.L1::no_allocate.f32 %f1, [%rd1];", "sm_75", "7.3", false)]
    [InlineData("nanosleep.u32 1;", "sm_60", "6.2", false), InlineData("match.any.sync.b32 %r1, %r2, -1;", "sm_60", "6.0", false), InlineData("fence.acq_rel.gpu;", "sm_60", "6.0", false), InlineData("nanosleep.u32 1;", "sm_70", "6.2", true)]
    public void Instructions_have_a_first_target_and_version(string body, string target, string version, bool accepted)
    {
        if (accepted)
        {
            Assert.NotNull(PtxText.Instruction(body, target, version));
        }
        else
        {
            Assert.Contains("requires", Assert.Throws<PtxParseException>(() => PtxText.ParseKernel(body, target, version)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f1,%f2,%f3,%f4}, {%r1,%r2,%r3,%r4}, {%r5,%r6}, {%f1,%f2,%f3,%f4};", "mma.sync"), InlineData("cp.async.cg.shared.global [%r1], [%rd1], 16;", "cp.async.cg"), InlineData("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r1,%r2,%r3,%r4}, [%r5];", "ldmatrix")]
    [InlineData("wgmma.fence.sync.aligned;", "wgmma"), InlineData("mbarrier.init.shared.b64 [%r1], 1;", "mbarrier.init"), InlineData("mapa.u64 %rd1, %rd2, %r1;", "mapa"), InlineData("call (%r1), %rd1, (%r2);", "indirect"), InlineData("mov.u32 %r1, %cluster_ctaid.x;", "%cluster_ctaid"), InlineData("barrier.cluster.arrive;", "barrier.cluster")]
    [InlineData("red.global.add.v4.f32 [%rd1], {%f1,%f2,%f3,%f4};", "red.global"), InlineData("fence.proxy.async;", "fence.proxy"), InlineData("cvt.rn.satfinite.e4m3x2.f32 %rs1, %f1, %f2;", ".e4m3x2"), InlineData(".reg .v4 .f32 %v<3>;", "vector register")]
    public void What_the_emulator_does_not_execute_is_named(string body, string named)
    {
        PtxParseException refusal = Assert.Throws<PtxParseException>(() => PtxText.ParseKernel(body, "sm_90", "8.0"));

        Assert.Equal((PtxErrorKind.NotSupported, PtxText.BodyLine), (refusal.Kind, refusal.Line));
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("not supported by this emulator", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Head + ".entry k() { .shared .b8 a[40000]; .shared .b8 b[9152]; }", Head + ".entry k() { .shared .b8 a[40000]; .shared .b8 b[9153]; }")]
    [InlineData(Head + ".const .b8 a[65536];", Head + ".const .b8 a[65532]; .const .b8 b[5];")]
    [InlineData(Head + ".entry k(.param .b8 a[4352]) {}", Head + ".entry k(.param .b8 a[4353]) {}")]
    [InlineData(".version 8.1\n.target sm_80\n.entry k(.param .b8 a[32764]) {}", ".version 8.1\n.target sm_80\n.entry k(.param .b8 a[32765]) {}")]
    [InlineData(Head + ".entry k() { .local .b8 a[524288]; }", Head + ".entry k() { .local .b8 a[524289]; }")]
    [InlineData(Head + ".entry k() .maxntid 2048 {}", Head + ".entry k() .maxntid 99999999999 {}")]
    [InlineData(Head + ".extern .shared .b8 x[]; .entry k() { .shared .b8 a[49152]; .reg .b32 r; mov.u32 r, x; }", Head + ".shared .b8 x[49156]; .entry k() { .reg .b32 r; mov.u32 r, x; }")]
    public void Sizes_end_where_the_assemblers_do(string largest, string larger)
    {
        Assert.NotNull(PtxModule.Parse(largest, "m"));
        _ = Refusal(larger);
    }

    [Theory]
    [InlineData("// caf\u00e9", "non-ASCII"), InlineData("\ufeff", "non-ASCII"), InlineData("\0", "NUL"), InlineData("\u0001", "control"), InlineData("/* open", "comment"), InlineData(".pragma \"open", "string")]
    public void Characters_no_text_has_are_fatal(string text, string named)
    {
        PtxParseException refusal = Refusal(Head + text);

        Assert.Equal(4, refusal.Line);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_errors_are_told_at_once_and_not_too_many()
    {
        PtxParseException some = Assert.Throws<PtxParseException>(() => PtxText.ParseKernel("add.s32 %f1, %r1, 1;\nfrob;\nmov.u32 %r1, 1;\nbra NOWHERE;"));
        PtxParseException many = Assert.Throws<PtxParseException>(() => PtxText.ParseKernel(string.Concat(Enumerable.Repeat("frob;\n", 1000))));

        Assert.Equal([PtxText.BodyLine, PtxText.BodyLine + 1, PtxText.BodyLine + 3], some.Errors.Select(error => error.Line));
        Assert.InRange(many.Errors.Count, 20, 21);
    }

    [Fact]
    public void Hostile_nesting_and_counts_end_in_a_refusal()
    {
        string deep = new('{', 100_000);
        Assert.All(
            [
                Head + ".entry k() " + deep, Head + ".entry k() { .reg .b32 r; mov.u32 r, " + new string('(', 100_000), Head + ".entry k() { .reg .b32 r; mov.u32 r, " + new string('-', 100_000) + "1;",
                Head + ".entry k() { .reg .b32 r; mov.u32 r, " + string.Concat(Enumerable.Repeat("1?", 50_000)), Head + ".global .b8 x[1000000000][1000000000] = {{1},{2}};", Head + ".global .b8 x[99999999999999999999];", Head + ".global .b8 x" + string.Concat(Enumerable.Repeat("[2]", 64)) + ";",
                Head + ".global .b8 x[1000000][1000000] = " + deep, Head + ".entry k() { .param .b8 x[1073741824]; }", Head + ".entry k() { .reg .b32 %r<99999999999>; }", Head + ".entry k() { add" + string.Concat(Enumerable.Repeat(".f32", 100_000)),
            ],
            text => _ = Refusal(text));
    }

    [Fact]
    public void A_declaration_of_huge_arrays_costs_nothing()
    {
        PtxModule module = PtxModule.Parse(Head + ".global .b8 x[1099511627776];", "m");

        Assert.Equal((1L << 40, 0), (module.GlobalBytes, module.Variables[0].InitialBytes.Length));
    }
}

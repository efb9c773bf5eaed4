using CudaNet.Emulator.Ptx;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx;

/// <summary>What the language does not have is refused, with the word that is wrong or missing.</summary>
public sealed class PtxRefusalTests
{
    [Theory]
    [InlineData("mul.wide.s64 %rd0, %rd1, %rd2;", "the type '.s64' does not go with these modifiers")]
    [InlineData("rcp.approx.f64 %fd0, %fd1;", "needs '.ftz'")]
    [InlineData("rcp.f32 %f0, %f1;", "needs a rounding modifier or '.approx'")]
    [InlineData("div.f32 %f0, %f1, %f2;", "'.full'")]
    [InlineData("add.sat.u32 %r0, %r1, %r2;", "must not have '.sat'")]
    [InlineData("mul.s32 %s0, %s1, %s2;", "needs '.lo', '.hi' or '.wide'")]
    [InlineData("ex2.f32 %f0, %f1;", "needs '.approx'")]
    [InlineData("mov.u32 %tid.x, %u0;", "the special register '%tid' can only be read")]
    public void An_instruction_is_refused_in_the_right_words(string instruction, string words)
    {
        PtxParseException refused = Assert.Throws<PtxParseException>(() => PtxText.ParseKernel(instruction));
        PtxError error = Assert.Single(refused.Errors);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(PtxErrorKind.Syntax, error.Kind);
    }

    [Theory]
    [InlineData("atom.global.add.f64 %fd0, [%rd0], %fd1;", "sm_52", "requires '.target sm_60' or later")]
    [InlineData("red.global.add.f64 [%rd0], %fd1;", "sm_52", "requires '.target sm_60' or later")]
    public void A_target_that_is_too_old_is_named(string instruction, string target, string words)
    {
        PtxParseException refused = Assert.Throws<PtxParseException>(() => PtxText.ParseKernel(instruction, target));
        Assert.Contains(words, Assert.Single(refused.Errors).Message, StringComparison.Ordinal);
        Assert.Single(PtxText.ParseKernel(instruction, "sm_60").Kernels);
    }

    [Theory]
    [InlineData(".maxntid 32\n.reqntid 32", "exclude each other")]
    [InlineData(".reqntid 32\n.maxntid 64", "exclude each other")]
    public void Two_directives_that_exclude_each_other_are_refused(string directives, string words)
    {
        string text = PtxText.Kernel("").Replace("block[12])", $"block[12])\n{directives}", StringComparison.Ordinal);
        PtxParseException refused = Assert.Throws<PtxParseException>(() => PtxModule.Parse(text, "test"));
        Assert.Contains(words, Assert.Single(refused.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_priority_of_a_prefetch_is_not_supported()
    {
        PtxParseException refused = Assert.Throws<PtxParseException>(() => PtxText.ParseKernel("prefetch.global.L2::evict_last [%rd0];"));
        Assert.Equal(PtxErrorKind.NotSupported, Assert.Single(refused.Errors).Kind);
    }
}

using System.Runtime.Intrinsics.X86;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

public sealed class SimdSupportTests
{
    [Fact]
    public void Auto_is_the_widest_that_the_machine_has()
    {
        SimdWidth widest = Avx512F.IsSupported ? SimdWidth.Bits512 : Fma.IsSupported ? SimdWidth.Bits256 : SimdWidth.Bits128;
        Assert.Equal(widest, SimdSupport.Resolve(SimdWidth.Auto));
        Assert.Equal(widest, new CpuBackend().SimdWidth);
    }

    [Fact]
    public void What_the_machine_lacks_is_refused_and_nothing_else_runs_instead()
    {
        foreach (SimdWidth width in (SimdWidth[])[SimdWidth.Bits128, SimdWidth.Bits256, SimdWidth.Bits512, (SimdWidth)1024])
        {
            if (SimdSupport.Widths.Contains(width))
            {
                Assert.Equal(width, new CpuBackend(new CpuOptions { SimdWidth = width }).SimdWidth);
            }
            else
            {
                CudaNetException exception = Assert.Throws<CudaNetException>(() => new CpuBackend(new CpuOptions { SimdWidth = width }));
                Assert.Contains($"{(int)width} bits", exception.Message, StringComparison.Ordinal);
                Assert.NotNull(exception.Hint);
            }
        }
    }

    [Theory]
    [InlineData(SimdWidth.Auto, "x86-64-v3")]
    [InlineData(SimdWidth.Bits256, "x86-64-v3")]
    [InlineData(SimdWidth.Bits512, "x86-64-v4")]
    public void A_program_compiled_without_what_its_processor_has_names_the_property(SimdWidth width, string instructionSet)
    {
        Assert.Contains($"<IlcInstructionSet>native</IlcInstructionSet> (or {instructionSet})", SimdDiagnosis.Withheld(width, isCompiledAheadOfTime: true), StringComparison.Ordinal);
        Assert.DoesNotContain("IlcInstructionSet", SimdDiagnosis.Withheld(width, isCompiledAheadOfTime: false), StringComparison.Ordinal);
        Assert.False(SimdDiagnosis.IsCompiledAheadOfTime);
    }
}

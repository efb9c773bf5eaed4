using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Whose cores read memory quickly, from what processors have answered to <c>CPUID</c>.</summary>
public sealed class MemoryReadsTests
{
    [Fact]
    public void Amd_s_do() => Assert.True(Ask("Auth", "enti", "cAMD"));

    [Theory]
    [InlineData("Genu", "ineI", "ntel")]
    [InlineData("Auth", "enti", "ntel")]
    [InlineData("\0\0\0\0", "\0\0\0\0", "\0\0\0\0")]
    public void Others_are_taken_not_to(string first, string middle, string end) => Assert.False(Ask(first, middle, end));

    private static bool Ask(string first, string middle, string end) => MemoryReads.Ask((_, _) => (0x10, Register(first), Register(end), Register(middle)));

    private static int Register(string letters) => BitConverter.ToInt32([.. letters.Select(l => (byte)l)]);
}

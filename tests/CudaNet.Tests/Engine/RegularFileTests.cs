using CudaNet.Engine;
using Xunit;

namespace CudaNet.Tests.Engine;

public sealed class RegularFileTests
{
    [Fact]
    public void A_file_without_a_length_is_an_empty_file()
    {
        Assert.SkipUnless(File.Exists("/proc/self/status"), "needs /proc");
        Assert.Equal(0, RegularFile.Read("/proc/self/status", file => file.Length));
    }
}

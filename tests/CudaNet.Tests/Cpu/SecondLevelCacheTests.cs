using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>The size of the second-level cache, from what processors have answered to <c>CPUID</c>.</summary>
public sealed class SecondLevelCacheTests
{
    private const int Sizes = unchecked((int)0x80000006);

    /// <summary>An Intel Xeon of family 6, model 106: 1.25 MiB, and 256 KiB in the other leaf.</summary>
    [Fact]
    public void Intel_s_is_among_the_caches_one_by_one() => Assert.Equal(1280 << 10, SecondLevelCache.Ask((leaf, index) => (leaf, index) switch
    {
        (0, _) => (0x1B, 0, 0, 0),
        (4, 0) => (0x04004121, 0x02C0003F, 0x3F, 0),
        (4, 1) => (0x04004122, 0x01C0003F, 0x3F, 0),
        (4, 2) => (0x04004143, 0x04C0003F, 0x3FF, 0),
        (int.MinValue, _) => (unchecked((int)0x80000008), 0, 0, 0),
        (Sizes, _) => (0, 0, 0x01006040, 0),
        _ => default,
    }));

    /// <summary>An AMD EPYC of family 25, whose leaf of single caches is empty.</summary>
    [Fact]
    public void Amd_s_has_a_leaf_of_its_own() => Assert.Equal(512 << 10, SecondLevelCache.Ask((leaf, _) => leaf switch
    {
        0 => (0x10, 0, 0, 0),
        int.MinValue => (unchecked((int)0x80000021), 0, 0, 0),
        Sizes => (0, 0, 0x02006140, 0),
        _ => default,
    }));

    [Fact]
    public void A_processor_that_does_not_say_has_a_mebibyte() => Assert.Equal(1 << 20, SecondLevelCache.Ask((_, _) => default));
}

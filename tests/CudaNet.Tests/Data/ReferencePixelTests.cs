using CudaNet.Data;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Data;

/// <summary>Every byte equals what Pillow, torchvision, timm and OpenCV give, without exception.</summary>
public sealed class ReferencePixelTests
{
    public static TheoryData<string> Names => [.. ReferencePixels.All.Select(a => a.Name)];

    [Fact]
    public void The_list_of_digests_is_whole() => Assert.Equal(91, ReferencePixels.All.Count);

    [Theory]
    [MemberData(nameof(Names))]
    public void Digest_equals(string name)
    {
        ReferenceArray expected = ReferencePixels.All.Single(a => a.Name == name);
        PixelImage actual = ReferencePixels.Make(expected);
        Assert.Equal((expected.Height, expected.Width), (actual.Height, actual.Width));
        Assert.Equal(expected.Digest, ReferencePixels.Digest(actual));
    }

    /// <summary>The same against the arrays themselves, so that the list of digests cannot drift from them.</summary>
    [Fact]
    public void Bytes_equal_the_reference_file()
    {
        IReadOnlyDictionary<string, NpyArray> arrays = NpyArray.ReadArchive(Shared.Require("golden/resize.npz"));
        Assert.Equal(arrays.Keys.Order(StringComparer.Ordinal), ReferencePixels.All.Select(a => a.Name).Order(StringComparer.Ordinal));
        Assert.All(ReferencePixels.All, a => Assert.True(ReferencePixels.Make(a).Rgb.SequenceEqual(arrays[a.Name].Bytes), a.Name));
    }
}

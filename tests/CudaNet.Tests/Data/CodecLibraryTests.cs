using CudaNet.Data;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Data;

/// <summary>Where the codec's library is looked for, for the message that it is missing: where the framework looks, and nowhere else.</summary>
public sealed class CodecLibraryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", true)]
    [InlineData("runtimes/any-platform/native", true)]
    [InlineData("runtimes/any-platform", false)]
    [InlineData("runtimes/any-platform/native/deeper", false)]
    [InlineData("project/bin", false)]
    public void It_counts_where_it_is_loaded_from(string place, bool expected)
    {
        Directory.CreateDirectory(_folder.File("runtimes/other/lib"));
        Directory.CreateDirectory(_folder.File(place));
        _folder.Write(Path.Combine(place, CodecLibrary.FileName), []);
        Assert.Equal(expected, CodecLibrary.IsIn(_folder.Path));
    }

    [Fact]
    public void A_folder_that_cannot_be_read_has_none()
    {
        Assert.False(CodecLibrary.IsIn(_folder.File("nowhere")));
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_folder.File("runtimes"), UnixFileMode.None);
            Assert.False(CodecLibrary.IsIn(_folder.Path));
        }
    }
}

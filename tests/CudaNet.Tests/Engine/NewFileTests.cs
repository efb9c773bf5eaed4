using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Engine;

/// <summary>A file appears whole under its name, or not at all.</summary>
public sealed class NewFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Can_be_read_back_before_it_replaces_what_was_there()
    {
        string path = _folder.Write("a", "before"u8);
        using NewFile file = new(path);
        file.Stream.Write("after"u8);
        file.Close();
        Assert.Equal(("before", "after"), (File.ReadAllText(path), File.ReadAllText(file.TemporaryPath)));
        file.Commit();
        Assert.Equal("after", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_a_commit_nothing_stays(bool closed)
    {
        string path = _folder.Write("a", "before"u8);
        using (NewFile file = new(path))
        {
            file.Stream.Write("after"u8);
            if (closed)
            {
                file.Close();
            }
        }

        Assert.Equal("before", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_folder_is_not_replaced() => Assert.Throws<IOException>(() => new NewFile(_folder.Path));
}

using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Engine;

/// <summary>The end of a process that has files in the making. Alone: it ends for all of them.</summary>
[Collection(nameof(Alone))]
public sealed class UnfinishedFileTests
{
    [Fact]
    public void What_is_not_complete_when_the_process_ends_is_removed()
    {
        using TemporaryFolder folder = new();
        using NewFile file = new(folder.File("a"));
        NewFile.DiscardAll();
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
        Assert.Throws<IOException>(file.Commit);
    }
}

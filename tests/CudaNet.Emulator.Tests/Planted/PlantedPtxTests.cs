using CudaNet.Emulator.Tests.Kernels;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>The PTX of the planted kernels against its sources.</summary>
public sealed class PlantedPtxTests
{
    [Fact]
    public void Rebuilding_gives_the_committed_bytes()
    {
        using TemporaryFolder folder = new();
        PtxCompiler.Run("tests/CudaNet.Emulator.Tests/data/planted/build", folder.Path);
        string[] rebuilt = Directory.GetFiles(folder.Path);
        Assert.NotEmpty(rebuilt);
        foreach (string file in rebuilt)
        {
            string name = Path.GetFileName(file);
            Assert.True(
                File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(PlantedFiles.Folder, name))),
                $"{name} is not what its source compiles to: run tests/CudaNet.Emulator.Tests/data/planted/build");
        }
    }
}

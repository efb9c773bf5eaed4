using CudaNet.Emulator.Ptx;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx;

public sealed class PtxCompilerDialectTests
{
    public static TheoryData<string> Files => [.. PtxText.Files()];

    [Theory]
    [MemberData(nameof(Files))]
    public void What_compilers_write_parses(string file)
    {
        PtxModule module = PtxModule.Parse(PtxText.Read(file), file);

        Assert.NotEmpty(module.Kernels);
        Assert.All(module.Kernels, kernel => Assert.NotEmpty(kernel.Instructions));
    }

    [Fact]
    public void The_projects_own_kernels_parse()
    {
        foreach (string path in Directory.EnumerateFiles(Repository.File("src/CudaNet.Kernels/Cuda"), "*.ptx", SearchOption.AllDirectories))
        {
            Assert.NotEmpty(PtxModule.Parse(File.ReadAllText(path), Path.GetFileName(path)).Kernels);
        }
    }
}

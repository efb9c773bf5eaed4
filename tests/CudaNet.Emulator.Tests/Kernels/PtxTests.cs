using CudaNet.Kernels.Cuda.Launchers;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

/// <summary>The committed PTX against its sources.</summary>
public sealed class PtxTests
{
    private static readonly string[] Levels = ["sm_75", "sm_80"];

    [Fact]
    public void Rebuilding_gives_the_committed_bytes()
    {
        using TemporaryFolder folder = new();
        PtxCompiler.Run("src/CudaNet.Kernels/Cuda/Sources/build", folder.Path);
        foreach (string level in Levels)
        {
            string committed = Repository.File($"src/CudaNet.Kernels/Cuda/Ptx/{level}");
            Assert.Equal(Names(committed), Names(folder.File(level)));
            foreach (string name in Names(committed))
            {
                Assert.True(
                    File.ReadAllBytes(Path.Combine(committed, name)).AsSpan().SequenceEqual(File.ReadAllBytes(folder.File($"{level}/{name}"))),
                    $"{level}/{name} is not what its source compiles to: run src/CudaNet.Kernels/Cuda/Sources/build");
            }
        }
    }

    [Fact]
    public void Every_source_is_embedded_for_every_architecture_and_nothing_is_left_to_fuse()
    {
        foreach (string source in Directory.EnumerateFiles(Repository.File("src/CudaNet.Kernels/Cuda/Sources"), "*.cu"))
        {
            foreach (string level in Levels)
            {
                string ptx = KernelSet.Ptx(level, Path.GetFileNameWithoutExtension(source));
                Assert.Contains($".target {level}\n", ptx, StringComparison.Ordinal);
                Assert.True(ptx.All(char.IsAscii), "PTX compilers refuse any other character, in comments too");
                foreach (string fusible in (ReadOnlySpan<string>)["mul.f32", "add.f32", "sub.f32", ".local", ".ftz", ".approx"])
                {
                    Assert.DoesNotContain(fusible, ptx, StringComparison.Ordinal);
                }
            }
        }
    }

    private static string[] Names(string folder) => [.. Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}

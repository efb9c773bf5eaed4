using System.Reflection;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.House;

/// <summary>The rooms of <c>docs/architecture.md</c>: who may know whom, read from the assemblies and the sources.</summary>
public sealed class ArchitectureTests
{
    [Theory]
    [InlineData("CudaNet.Engine")]
    [InlineData("CudaNet.Kernels", "CudaNet.Engine")]
    [InlineData("CudaNet.Weights", "CudaNet.Engine")]
    [InlineData("CudaNet.Data", "CudaNet.Engine", "SkiaSharp")]
    public void A_library_knows_only(string assembly, params string[] allowed)
    {
        string[] unknown = [.. Assembly.Load(assembly).GetReferencedAssemblies()
            .Select(a => a.Name!)
            .Where(n => !n.StartsWith("System", StringComparison.Ordinal) && n is not "netstandard" and not "mscorlib" && !allowed.Contains(n))];
        Assert.Empty(unknown);
    }

    [Fact]
    public void The_engine_has_no_unsafe_and_no_native_code()
    {
        string[] words = ["unsafe", "DllImport", "LibraryImport", "NativeMemory", "System.Runtime.Intrinsics"];
        Assert.DoesNotContain(Sources("src/CudaNet.Engine"), f => words.Any(w => File.ReadAllText(f).Contains(w, StringComparison.Ordinal)));
    }

    [Fact]
    public void Backends_do_not_know_each_other()
    {
        Assert.DoesNotContain(Sources("src/CudaNet.Kernels/Cpu"), f => File.ReadAllText(f).Contains("CudaNet.Kernels.Reference", StringComparison.Ordinal));
        Assert.DoesNotContain(Sources("src/CudaNet.Kernels/Reference"), f => File.ReadAllText(f).Contains("CudaNet.Kernels.Cpu", StringComparison.Ordinal));
    }

    [Fact]
    public void No_source_file_passes_300_lines() =>
        Assert.DoesNotContain(((string[])["src", "tests", "bench", "fuzz"]).SelectMany(Sources), f => File.ReadLines(f).Count() > 300);

    [Fact]
    public void No_source_file_has_regions() =>
        Assert.DoesNotContain(((string[])["src", "tests", "bench", "fuzz"]).SelectMany(Sources), f => File.ReadLines(f).Any(l => l.TrimStart().StartsWith("#region", StringComparison.Ordinal)));

    private static IEnumerable<string> Sources(string folder) =>
        !Directory.Exists(Repository.File(folder)) ? [] : Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
}

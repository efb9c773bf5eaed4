using System.Reflection;
using System.Text.RegularExpressions;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.House;

/// <summary>The rooms of <c>docs/architecture.md</c>: who may know whom, read from the assemblies and the sources.</summary>
public sealed class ArchitectureTests
{
    [Theory]
    [InlineData("CudaNet.Engine")]
    [InlineData("CudaNet.Kernels", "CudaNet.Engine")]
    [InlineData("CudaNet.Weights", "CudaNet.Engine")]
    [InlineData("CudaNet.Emulator", "CudaNet.Kernels", "CudaNet.Engine")]
    [InlineData("CudaNet.Data", "CudaNet.Engine", "SkiaSharp")]
    public void A_library_knows_only(string assembly, params string[] allowed)
    {
        string[] unknown = [.. Assembly.Load(assembly).GetReferencedAssemblies()
            .Select(a => a.Name!)
            .Where(n => !n.StartsWith("System", StringComparison.Ordinal) && n is not "netstandard" and not "mscorlib" && !allowed.Contains(n))];
        Assert.Empty(unknown);
    }

    /// <summary>The runtime's cryptography calls OpenSSL on Linux, its network libraries do too: where that is not installed, the first call ends the process.</summary>
    [Theory]
    [InlineData("CudaNet.Engine")]
    [InlineData("CudaNet.Kernels")]
    [InlineData("CudaNet.Weights")]
    [InlineData("CudaNet.Emulator")]
    [InlineData("CudaNet.Data")]
    [InlineData("cudanet")]
    public void Nothing_that_is_shipped_needs_OpenSSL(string assembly) =>
        Assert.DoesNotContain(Assembly.Load(assembly).GetReferencedAssemblies(), a => a.Name!.StartsWith("System.Security.Cryptography", StringComparison.Ordinal) || a.Name.StartsWith("System.Net.", StringComparison.Ordinal));

    /// <summary>But for the two files that ask the system: which file is which, and for large pages.</summary>
    [Fact]
    public void The_engine_has_no_unsafe_and_no_native_code()
    {
        string[] words = ["unsafe", "DllImport", "LibraryImport", "NativeMemory", "System.Runtime.Intrinsics"];
        Assert.DoesNotContain(Sources("src/CudaNet.Engine").Where(f => Path.GetFileName(f) is not "FileStatus.cs" and not "LargePages.cs"), f => words.Any(w => File.ReadAllText(f).Contains(w, StringComparison.Ordinal)));
    }

    [Fact]
    public void Backends_do_not_know_each_other()
    {
        Assert.DoesNotContain(Sources("src/CudaNet.Kernels/Cpu"), f => File.ReadAllText(f).Contains("CudaNet.Kernels.Reference", StringComparison.Ordinal));
        Assert.DoesNotContain(Sources("src/CudaNet.Kernels/Reference"), f => File.ReadAllText(f).Contains("CudaNet.Kernels.Cpu", StringComparison.Ordinal));
    }

    [Fact]
    public void Nobody_but_Cuda_knows_Cuda()
    {
        string[] folders = ["src/CudaNet.Engine", "src/CudaNet.Weights", "src/CudaNet.Data", "src/CudaNet.Kernels/Cpu", "src/CudaNet.Kernels/Reference"];
        Assert.DoesNotContain(folders.SelectMany(Sources), f => File.ReadAllText(f).Contains("Kernels.Cuda", StringComparison.Ordinal));
        Assert.DoesNotContain(Sources("src/CudaNet.Kernels/Cuda/Safe").Concat(Sources("src/CudaNet.Kernels/Cuda/Native")), f => Mentions(f, "CudaNet.Kernels.Cpu", "CudaNet.Kernels.Reference"));
    }

    /// <summary>Launchers → Safe → Native: a type of a higher room is not named in a lower one, where no `using` would be needed for it.</summary>
    [Theory]
    [InlineData("src/CudaNet.Kernels/Cuda/Native", "CudaNet.Kernels.Cuda")]
    [InlineData("src/CudaNet.Kernels/Cuda/Native", "CudaNet.Kernels.Cuda.Launchers")]
    [InlineData("src/CudaNet.Kernels/Cuda/Safe", "CudaNet.Kernels.Cuda.Launchers")]
    public void A_lower_room_of_Cuda_does_not_know_a_higher_one(string lower, string higher)
    {
        string[] types = [.. Assembly.Load("CudaNet.Kernels").GetTypes().Where(t => t.Namespace == higher && !t.Name.Contains('<', StringComparison.Ordinal)).Select(t => t.Name.Split('`')[0])];
        Assert.NotEmpty(types);
        Assert.DoesNotContain(Sources(lower), f => Mentions(f, types));
    }

    [Fact]
    public void The_emulated_device_knows_the_kernels_and_the_engine_only()
    {
        string[] references = [.. File.ReadLines(Repository.File("src/CudaNet.Emulator/CudaNet.Emulator.csproj")).Where(l => l.Contains("Reference Include", StringComparison.Ordinal) && !l.Contains("Analyzer", StringComparison.Ordinal))];
        Assert.Contains("CudaNet.Kernels.csproj", Assert.Single(references), StringComparison.Ordinal);
        Assert.DoesNotContain(Sources("src/CudaNet.Emulator"), f => Mentions(f, "CudaNet.Kernels.Cpu", "CudaNet.Kernels.Reference", "CudaNet.Kernels.Cuda.Launchers"));
    }

    [Fact]
    public void The_emulated_device_shares_no_type_name_with_the_native_layer() =>
        Assert.Empty(TypeNames("CudaNet.Emulator").Intersect(TypeNames("CudaNet.Kernels")));

    [Fact]
    public void The_tests_of_engine_weights_data_and_cpu_build_without_the_tool_and_the_emulator() =>
        Assert.Equal(
            ["CudaNet.Data", "CudaNet.Engine", "CudaNet.Kernels", "CudaNet.NativeFunctions", "CudaNet.Tests", "CudaNet.Tests.Support", "CudaNet.Weights"],
            Built("tests/CudaNet.Tests/CudaNet.Tests.csproj").Order());

    [Fact]
    public void No_source_file_passes_300_lines() =>
        Assert.DoesNotContain(((string[])["src", "tests", "bench", "fuzz", "tools"]).SelectMany(Sources), f => File.ReadLines(f).Count() > 300);

    [Fact]
    public void No_source_file_has_regions() =>
        Assert.DoesNotContain(((string[])["src", "tests", "bench", "fuzz", "tools"]).SelectMany(Sources), f => File.ReadLines(f).Any(l => l.TrimStart().StartsWith("#region", StringComparison.Ordinal)));

    /// <summary>Whether the code of a file, comments left out, has one of the words.</summary>
    private static bool Mentions(string file, params string[] words)
    {
        string code = string.Join('\n', File.ReadLines(file).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)));
        return words.Any(w => Regex.IsMatch(code, $@"\b{Regex.Escape(w)}\b"));
    }

    /// <summary>What is written in the sources, nested types left out.</summary>
    private static IEnumerable<string> TypeNames(string assembly) =>
        Assembly.Load(assembly).GetTypes().Where(t => !t.IsNested && !t.Name.Contains('<', StringComparison.Ordinal) && t.Namespace?.StartsWith("CudaNet.", StringComparison.Ordinal) == true)
            .Select(t => t.Name.Split('`')[0]);

    /// <summary>The names of the projects that a project builds, itself among them.</summary>
    private static HashSet<string> Built(string project)
    {
        HashSet<string> names = [];
        Stack<string> open = new([Repository.File(project)]);
        while (open.TryPop(out string? file))
        {
            if (names.Add(Path.GetFileNameWithoutExtension(file)))
            {
                foreach (Match reference in Regex.Matches(File.ReadAllText(file), "ProjectReference Include=\"([^\"]+)\""))
                {
                    open.Push(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, reference.Groups[1].Value)));
                }
            }
        }

        return names;
    }

    private static IEnumerable<string> Sources(string folder) =>
        !Directory.Exists(Repository.File(folder)) ? [] : Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
}

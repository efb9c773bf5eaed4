using System.ComponentModel;
using System.Diagnostics;
using CudaNet.Kernels.Cuda.Steps;
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
        string compiler = Environment.GetEnvironmentVariable("CUDANET_CLANG") ?? "clang++-19";
        if (!CanRun(compiler))
        {
            string reason = $"needs {compiler}: Debian has it in the package clang-19, or name it in CUDANET_CLANG";
            Assert.False(Environment.GetEnvironmentVariable("CUDANET_REQUIRE_CLANG") == "1", reason);
            Assert.Skip(reason);
        }

        using TemporaryFolder folder = new();
        (int code, string errors) = Run("bash", Repository.File("src/CudaNet.Kernels/Cuda/Sources/build"), folder.Path);
        Assert.True(code == 0, errors);
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

    private static bool CanRun(string program)
    {
        try
        {
            return Run(program, "--version").Code == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static (int Code, string Errors) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors + output.Result);
    }
}

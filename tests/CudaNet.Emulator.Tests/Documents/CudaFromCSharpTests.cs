using System.Runtime.CompilerServices;
using CudaNet.Emulator.Exports;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Documents;

/// <summary>What <c>docs/cuda-from-csharp.md</c> shows is code that runs. It takes the process's console, so nothing else runs beside it.</summary>
[CollectionDefinition(nameof(CudaFromCSharpTests), DisableParallelization = true)]
[Collection(nameof(CudaFromCSharpTests))]
public sealed class CudaFromCSharpTests
{
    [Fact]
    public void The_first_block_of_the_page_is_the_example()
    {
        string[] source = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, "VectorAddExample.cs"));
        IEnumerable<string> usings = source.TakeWhile(static l => l.Length > 0);
        IEnumerable<string> body = source.SkipWhile(static l => l.Trim() != "// begin").Skip(1).TakeWhile(static l => l.Trim() != "// end").Select(static l => l.Length > 8 ? l[8..] : l);
        string[] page = File.ReadAllLines(Repository.File("docs/cuda-from-csharp.md"));
        Assert.Equal(
            string.Join('\n', [.. usings, "", "CudaLibraries cuda = CudaLibraries.Load();", .. body]),
            string.Join('\n', page.SkipWhile(static l => l != "```csharp").Skip(1).TakeWhile(static l => l != "```")));
    }

    [Fact]
    public void The_example_adds_on_the_emulated_device()
    {
        using EmulatedMachine machine = new();
        Assert.Equal("11, 22, 33, 44, 55", Printed(CudaLibraries.From(new DriverExportSource(13000))));
        Assert.Empty(machine.Findings);
        Assert.Empty(machine.Leaks);
    }

    [Fact]
    public void The_example_adds_on_a_real_device()
    {
        CudaLibraries? cuda = CudaLibraries.TryLoad(null, out IReadOnlyList<LibraryReport> reports);
        Assert.SkipWhen(cuda is null, $"no device: {reports[0].WhyNot}");
        Assert.Equal("11, 22, 33, 44, 55", Printed(cuda!));
    }

    private static string Printed(CudaLibraries cuda)
    {
        TextWriter console = Console.Out;
        using StringWriter output = new();
        try
        {
            Console.SetOut(output);
            VectorAddExample.Run(cuda);
        }
        finally
        {
            Console.SetOut(console);
        }

        return output.ToString().TrimEnd();
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Emulator.Tests.Documents;

/// <summary>What <c>docs/cuda-from-csharp.md</c> shows is code that runs. It takes the process's console, so nothing else runs beside it.</summary>
[CollectionDefinition(nameof(CudaFromCSharpTests), DisableParallelization = true)]
[Collection(nameof(CudaFromCSharpTests))]
public sealed class CudaFromCSharpTests
{
    private const string Sum = "11, 22, 33, 44, 55";
    private static readonly PageExample Example = new("docs/cuda-from-csharp.md", "VectorAddExample.cs");

    [Fact]
    public void The_first_block_of_the_page_is_the_example() =>
        Assert.Equal(Example.Source("CudaLibraries cuda = CudaLibraries.Load();"), Example.Block("csharp"));

    [Fact]
    public void The_block_on_plain_handles_is_the_example() =>
        Assert.Equal(new PageExample("docs/cuda-from-csharp.md", "ForeignHandlesExample.cs").Source(), new PageExample("docs/cuda-from-csharp.md", "").Block("csharp", 1));

    [Fact]
    public void The_example_adds_on_the_emulated_device()
    {
        using EmulatedMachine machine = new();
        Assert.Equal(Sum, PageExample.Printed(() => VectorAddExample.Run(machine.Libraries.Load())));
        Assert.Empty(machine.Findings);
        Assert.Empty(machine.Leaks);
    }

    [Fact]
    public void The_example_adds_on_a_real_device()
    {
        CudaLibraries? cuda = CudaLibraries.TryLoad(null, out IReadOnlyList<LibraryReport> reports);
        Assert.SkipWhen(cuda is null, $"no device: {reports[0].WhyNot}");
        Assert.Equal(Sum, PageExample.Printed(() => VectorAddExample.Run(cuda!)));
    }
}

using CudaNet.Tests.Documents;
using Xunit;

namespace CudaNet.Emulator.Tests.Documents;

/// <summary>What <c>docs/emulator.md</c> shows is code that runs, and what it prints. It takes the process's console, so nothing else runs beside it.</summary>
[Collection(nameof(CudaFromCSharpTests))]
public sealed class EmulatorPageTests
{
    private static readonly PageExample Example = new("docs/emulator.md", "EmulatorExample.cs");

    [Fact]
    public void The_first_block_of_the_page_is_the_example() => Assert.Equal(Example.Source(), Example.Block("csharp"));

    [Fact]
    public void The_second_block_is_what_it_prints() => Assert.Equal(Example.Block("text"), PageExample.Printed(EmulatorExample.Run));
}

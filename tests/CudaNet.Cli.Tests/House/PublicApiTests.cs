using System.Reflection;
using CudaNet.Tests.Support;
using PublicApiGenerator;
using Xunit;

namespace CudaNet.Cli.Tests.House;

/// <summary>The public API is what the approved listings say: a change of it is seen in review.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("CudaNet.Engine")]
    [InlineData("CudaNet.Kernels")]
    [InlineData("CudaNet.Weights")]
    [InlineData("CudaNet.Data")]
    [InlineData("CudaNet.Emulator")]
    public void Is_as_approved(string assembly) =>
        Approved.Check($"api/{assembly}.txt", Assembly.Load(assembly).GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n") + "\n");
}

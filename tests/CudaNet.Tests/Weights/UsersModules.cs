using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Whole modules that users have, in the shared folder, with PyTorch's logits in double.</summary>
internal static class UsersModules
{
    /// <summary>Holds a file's logits against PyTorch's, or its refusal to the word that it must have.</summary>
    public static void Check(string name, string? refusal)
    {
        string path = Shared.Require($"users/modules/{name}");
        if (refusal is not null)
        {
            CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Open(path));
            Assert.Contains(refusal, exception.Message, StringComparison.OrdinalIgnoreCase);
            return;
        }

        UsersLogits.Check($"modules/{name}");
    }
}

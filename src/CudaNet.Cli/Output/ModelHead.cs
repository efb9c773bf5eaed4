using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Whether a model tells classes apart, or gives features alone.</summary>
internal static class ModelHead
{
    /// <summary>False for a ResNet whose weights have no head: its output is <c>global_pool</c>'s.</summary>
    public static bool HasHead(this ModelMetadata metadata) => metadata.ResNet is not { Classes: 0 };
}

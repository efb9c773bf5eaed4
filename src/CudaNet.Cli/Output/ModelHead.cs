using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Whether a model tells classes apart, or gives features alone.</summary>
internal static class ModelHead
{
    /// <summary>False for a network without a head: its output is a mean over all pixels, <c>global_pool</c>'s of a ResNet, or an image.</summary>
    public static bool HasHead(this LayerGraph graph) => graph.Output.Op is Linear or Softmax;
}

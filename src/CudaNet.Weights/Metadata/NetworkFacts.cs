using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>What metadata is held against.</summary>
/// <param name="Architecture">The network's name.</param>
/// <param name="ResNet">Its structure, where it is a ResNet.</param>
/// <param name="Classes">Its outputs; null where its last layer is not linear, so that the image's size has a say.</param>
/// <param name="OutputName">Its last layer.</param>
/// <param name="InputChannels">Channels of its images.</param>
internal sealed record NetworkFacts(string Architecture, ResNetConfig? ResNet, int? Classes, string OutputName, int InputChannels)
{
    public static NetworkFacts Of(LayerGraph graph, string architecture, ResNetConfig? resNet) =>
        new(architecture, resNet, (graph.Output.Op as Linear)?.OutFeatures, graph.Output.Name, graph.InputChannels);
}

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
        new(architecture, resNet, ClassesOf(graph.Output), graph.Output.Name, graph.InputChannels);

    private static int? ClassesOf(LayerNode output) => (output.Op is Softmax ? output.Inputs[0].Op : output.Op) is Linear linear ? linear.OutFeatures : null;
}

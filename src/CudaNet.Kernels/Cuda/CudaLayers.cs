using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Which operators the GPU computes.</summary>
internal static class CudaLayers
{
    private const string Backend = "the cuda backend";

    /// <exception cref="UnknownOperatorException">There is no step for it.</exception>
    public static void RequireKnown(LayerNode node)
    {
        if (node.Op is not (Conv2d or BatchNorm2d or Add or ReLU or MaxPool2d or AvgPool2d or GlobalAveragePool or Linear))
        {
            throw Unknown(node);
        }
    }

    public static UnknownOperatorException Unknown(LayerNode node) => new(Backend, node);
}

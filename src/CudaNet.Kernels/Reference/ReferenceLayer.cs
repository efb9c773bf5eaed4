using CudaNet.Engine;

namespace CudaNet.Kernels.Reference;

/// <summary>One layer's naive loops, with its weights.</summary>
/// <param name="source">N×C×H×W, or N×C.</param>
/// <param name="from">Its shape.</param>
/// <param name="residual">The second operand of a sum; empty for other layers.</param>
/// <param name="destination">As <paramref name="source"/>.</param>
/// <param name="to">Its shape.</param>
/// <param name="row">Scratch as wide as the destination.</param>
internal delegate void ReferenceLayer(
    ReadOnlySpan<float> source, TensorShape from, ReadOnlySpan<float> residual, Span<float> destination, TensorShape to, Span<double> row);

/// <summary>Makes them when a model is prepared, so that what is not known is refused there.</summary>
internal static class ReferenceLayers
{
    /// <exception cref="UnknownOperatorException">There are no loops for it.</exception>
    public static ReferenceLayer Of(LayerNode node, LayerParameters parameters)
    {
        float[]? weight = Copy(parameters.Weight), bias = Copy(parameters.Bias);
        float[]? mean = Copy(parameters.RunningMean), variance = Copy(parameters.RunningVar);
        return node.Op switch
        {
            Conv2d op => (source, from, _, destination, to, row) => ReferenceConvolution.Run(source, from, op, weight, bias, destination, to, row),
            BatchNorm2d op => (source, from, _, destination, _, _) => ReferenceElementwise.BatchNorm(source, from, op.Epsilon, weight, bias, mean, variance, destination),
            Add => (source, _, residual, destination, _, _) => ReferenceElementwise.Add(source, residual, destination),
            ReLU => (source, _, _, destination, _, _) => ReferenceElementwise.ReLU(source, destination),
            MaxPool2d op => (source, from, _, destination, to, _) => ReferencePooling.Max(source, from, op, destination, to),
            AvgPool2d op => (source, from, _, destination, to, _) => ReferencePooling.Average(source, from, op, destination, to),
            GlobalAveragePool => (source, from, _, destination, _, _) => ReferencePooling.GlobalAverage(source, from, destination),
            Linear op => (source, _, _, destination, _, _) => ReferenceLinear.Run(source, op, weight, bias, destination),
            Softmax => (source, from, _, destination, _, _) => ReferenceSoftmax.Run(source, from.Channels, destination),
            Flatten => static (source, _, _, destination, _, _) => source.CopyTo(destination),
            Offset => (source, _, _, destination, _, _) => ReferenceElementwise.Offset(source, bias, destination),
            _ => throw new UnknownOperatorException("the reference backend", node),
        };
    }

    private static float[]? Copy(Tensor? tensor) => tensor?.Values.ToArray();
}

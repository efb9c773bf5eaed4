using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Whether a model takes what a file holds.</summary>
internal static class InputShape
{
    /// <exception cref="ShapeException">It does not; the file and the layer that refuses are named.</exception>
    public static void Check(LayerGraph graph, TensorShape shape, string file)
    {
        try
        {
            graph.InferShapes(shape);
        }
        catch (ShapeException exception)
        {
            bool isTransposed = shape.Rank == 4 && shape[3] == graph.InputChannels && shape[1] != graph.InputChannels;
            throw new ShapeException(exception.Message)
            {
                File = file,
                Layer = exception.Layer,
                Hint = isTransposed ? "N×H×W×C? Transpose it: in Python numpy.ascontiguousarray(x.transpose(0, 3, 1, 2))." : null,
            };
        }
    }
}

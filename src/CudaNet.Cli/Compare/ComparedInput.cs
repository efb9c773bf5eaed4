using CudaNet.Data;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What a comparison runs on.</summary>
/// <param name="Tensor">N×C×H×W.</param>
/// <param name="From">Where it is from: a file, or a seed.</param>
internal sealed record ComparedInput(Tensor Tensor, string From)
{
    /// <summary>More images than any comparison needs; they all run at once.</summary>
    private const int MostImages = 65_536;

    /// <summary>An image, a folder of them, or a tensor.</summary>
    /// <exception cref="CudaNetException">It cannot be read, or the model does not take it.</exception>
    public static ComparedInput Read(string path, LayerGraph graph, Func<Preprocessor> preprocessor, CliContext context)
    {
        InputSource source = new([path], MostImages, graph, preprocessor, skipUnreadable: false, context);
        return new ComparedInput(source.Batches(context.Cancellation).First().Tensor, path);
    }

    /// <summary>Values between −1 and 1.</summary>
    public static ComparedInput Draw(TensorShape shape, int seed)
    {
        Random random = new(seed);
        float[] values = new float[shape.ElementCount];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((2 * random.NextDouble()) - 1);
        }

        return new ComparedInput(new Tensor(shape, values), $"seed {seed}");
    }
}

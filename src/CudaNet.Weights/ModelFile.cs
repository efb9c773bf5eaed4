using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Opens weight files as models. Safe to call from several threads. fp32 weights stay views of the mapped file, so the file must not be
/// truncated or overwritten in place while the model lives (<see cref="ModelFileOptions.CopyWeights"/> lifts that).
/// </summary>
public static class ModelFile
{
    /// <summary>
    /// Opens a safetensors file, an index of shards, a PyTorch checkpoint, or a folder that holds one of these, told apart by content. The
    /// architecture is inferred from the tensors.
    /// </summary>
    /// <exception cref="WeightFormatException">The file is damaged or of a kind that is refused.</exception>
    /// <exception cref="ParameterMismatchException">Tensors are missing, left over or of another shape: all of them at once.</exception>
    /// <exception cref="CudaNetException">It cannot be read, or is not a ResNet's.</exception>
    public static Model Open(string path, ModelFileOptions? options = null) => Load(WeightFile.Open(path, options?.StateDict), options ?? new());

    /// <summary>Reads a model from a whole file in memory; the bytes are copied. <paramref name="name"/> is what errors call it.</summary>
    /// <exception cref="CudaNetException">As <see cref="Open"/>.</exception>
    public static Model Read(ReadOnlySpan<byte> bytes, string name, ModelFileOptions? options = null) =>
        Load(WeightFile.Read(bytes, name, options?.StateDict), options ?? new());

    private static Model Load(WeightFile file, ModelFileOptions options)
    {
        bool keep = false;
        try
        {
            ModelDescription description = ModelDescription.Of(file, options.IgnoreMetadata);
            ParameterSet parameters = new(description.Graph, file.Tensors.Select(t => KeyValuePair.Create(t.Name, t.Read(options.CopyWeights))));
            keep = !options.CopyWeights;
            return new Model(description.Graph, parameters, description.Metadata, keep ? file : null);
        }
        finally
        {
            if (!keep)
            {
                file.Dispose();
            }
        }
    }
}

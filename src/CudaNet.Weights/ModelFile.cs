using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Opens weight files as models. Safe to call from several threads. fp32 weights stay views of the mapped file, so the file must not be
/// truncated or overwritten in place while the model lives (<see cref="ModelFileOptions.CopyWeights"/> lifts that). What is no file is read
/// in the same way, but for an index of shards, which names other files.
/// </summary>
public static class ModelFile
{
    /// <summary>
    /// Opens a file, or a folder, of any kind that <see cref="WeightFormats"/> calls read, told apart by content. The architecture is inferred from the
    /// tensors, where the file does not describe its network itself.
    /// </summary>
    /// <exception cref="WeightFormatException">The file is damaged or of a kind that is refused.</exception>
    /// <exception cref="ParameterMismatchException">Tensors are missing, left over or of another shape: all of them at once.</exception>
    /// <exception cref="CudaNetException">It cannot be read, or is not a ResNet's.</exception>
    public static Model Open(string path, ModelFileOptions? options = null) => Load(WeightFile.Open(path, options ?? new()), options ?? new());

    /// <summary>
    /// Opens the safetensors file or PyTorch checkpoint that a stream has from its position to its end. It is copied to memory as it comes and not
    /// needed afterwards; it need not be seekable, and is not closed. Memory stays below three times what has come, and 64 KiB.
    /// </summary>
    /// <param name="stream">The whole file; at most <see cref="ModelFileOptions.MaxStreamBytes"/>.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="name">What errors call it, in <see cref="CudaNetException.File"/>; null means <c>(stream)</c>.</param>
    /// <exception cref="WeightFormatException">As <see cref="Open(string, ModelFileOptions?)"/>; or it is an index of shards, or too long.</exception>
    /// <exception cref="ParameterMismatchException">As <see cref="Open(string, ModelFileOptions?)"/>.</exception>
    /// <exception cref="CudaNetException">The stream fails (its own exception is inside), or is not a ResNet's.</exception>
    public static Model Open(Stream stream, ModelFileOptions? options = null, string? name = null)
    {
        options ??= new();
        return Load(WeightFile.Open(stream, name, options), options);
    }

    /// <summary>
    /// Opens a safetensors file or PyTorch checkpoint in memory. fp32 weights at addresses divisible by 4 stay views of the bytes, which must not change
    /// until the model is disposed (<see cref="ModelFileOptions.CopyWeights"/> lifts that).
    /// </summary>
    /// <param name="bytes">The whole file, at any address.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="name">What errors call it, in <see cref="CudaNetException.File"/>; null means <c>(bytes)</c>.</param>
    /// <exception cref="WeightFormatException">As <see cref="Open(string, ModelFileOptions?)"/>; or it is an index of shards.</exception>
    /// <exception cref="ParameterMismatchException">As <see cref="Open(string, ModelFileOptions?)"/>.</exception>
    /// <exception cref="CudaNetException">It is not a ResNet's.</exception>
    public static Model Open(ReadOnlyMemory<byte> bytes, ModelFileOptions? options = null, string? name = null) =>
        Load(WeightFile.Open(bytes, name, options ?? new()), options ?? new());

    /// <summary>
    /// As <see cref="Open(ReadOnlyMemory{byte}, ModelFileOptions?, string?)"/>, but the bytes are copied and not needed afterwards.
    /// <paramref name="name"/> is what errors call them.
    /// </summary>
    /// <exception cref="CudaNetException">As <see cref="Open(ReadOnlyMemory{byte}, ModelFileOptions?, string?)"/>.</exception>
    public static Model Read(ReadOnlySpan<byte> bytes, string name, ModelFileOptions? options = null) =>
        Open(bytes.ToArray(), options, name);

    private static Model Load(WeightFile file, ModelFileOptions options)
    {
        bool keep = false;
        try
        {
            ModelDescription description = ModelDescription.Of(file, options);
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

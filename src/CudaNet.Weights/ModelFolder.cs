using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Finds the weight file of a folder as model hubs lay them out.</summary>
internal static class ModelFolder
{
    private static readonly string[] Patterns = ["*.safetensors.index.json", "model.safetensors", "*.safetensors", "pytorch_model.bin.index.json", "pytorch_model.bin"];

    /// <exception cref="CudaNetException">There is none, or more than one.</exception>
    public static string Find(string folder)
    {
        try
        {
            foreach (string pattern in Patterns)
            {
                string[] found = Directory.GetFiles(folder, pattern);
                if (found.Length > 0)
                {
                    return found.Length == 1
                        ? found[0]
                        : throw new CudaNetException($"the folder has {Printable.List(found.Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal))}") { File = folder, Hint = "Name the one to open." };
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CudaNetException($"the folder cannot be read: {exception.Message}", exception) { File = folder };
        }

        throw new CudaNetException("the folder has no weight file under a usual name") { File = folder, Hint = $"Usual are {string.Join(", ", Patterns)}; or name the file." };
    }
}

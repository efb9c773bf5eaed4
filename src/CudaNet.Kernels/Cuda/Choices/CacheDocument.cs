using System.Text.Json.Serialization;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>What a cache file holds: sections of any devices, versions and precisions.</summary>
internal sealed record CacheDocument(int Schema, List<CacheSection> Sections)
{
    /// <summary>Of this form; another is not read.</summary>
    public const int CurrentSchema = 1;

    /// <summary>Null where everything that is there means something, otherwise what is wrong.</summary>
    public string? WhyNot() => Schema != CurrentSchema ? $"its schema is {Schema}, and {CurrentSchema} is read"
        : Sections.Exists(s => s is null || !s.IsSound()) ? "it is damaged"
        : null;
}

/// <summary>What is known of one device, library and precision.</summary>
/// <param name="Key">Which.</param>
/// <param name="Choices">How a layer is computed, in <see cref="ConvolutionChoice"/>'s words, by its key.</param>
/// <param name="Chunks">By a layer's key, for each batch that was tried: the images of a call that hold.</param>
internal sealed record CacheSection(CacheKey Key, Dictionary<string, string> Choices, Dictionary<string, Dictionary<int, int>> Chunks)
{
    /// <summary>Whether elements, which a reader lets be null or any number, mean something.</summary>
    public bool IsSound() => Choices.Values.All(c => c is not null)
        && Chunks.Values.All(b => b is not null && b.All(c => c.Key > 1 && c.Value >= 1 && c.Value <= c.Key));

    /// <summary>Takes over what another section of the key knows; it wins where both know.</summary>
    public void Take(CacheSection other)
    {
        foreach ((string layer, string choice) in other.Choices)
        {
            Choices[layer] = choice;
        }

        foreach ((string layer, Dictionary<int, int> batches) in other.Chunks)
        {
            if (!Chunks.TryGetValue(layer, out Dictionary<int, int>? own))
            {
                Chunks.Add(layer, own = []);
            }

            foreach ((int batch, int chunk) in batches)
            {
                own[batch] = chunk;
            }
        }
    }
}

/// <summary>What choices and bits depend on beside the layer: a file's section of any other is of no use.</summary>
internal sealed record CacheKey(
    string Device, string ComputeCapability, int Multiprocessors, string Driver, string Library, string Precision, long WorkspaceLimitBytes)
{
    public static CacheKey Of(CudaDevice device, string library, CudaOptions options) => new(
        device.Name, device.ComputeCapability.ToString(), device.MultiprocessorCount, device.Libraries.DriverVersion.ToString(), library, options.Precision.ShortName(), options.WorkspaceLimitBytes);
}

/// <summary>Readers and writers that are compiled ahead.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CacheDocument))]
internal sealed partial class CacheJson : JsonSerializerContext;

namespace CudaNet.Engine;

/// <summary>Where what is known of a model comes from, in a few words each (<c>config.json</c>, <c>the file's metadata</c>); null where nothing is known.</summary>
public sealed record MetadataOrigins
{
    /// <summary>Of <see cref="ModelMetadata.Architecture"/>.</summary>
    public string? Architecture { get; init; }

    /// <summary>Of <see cref="ModelMetadata.Labels"/>.</summary>
    public string? Labels { get; init; }

    /// <summary>Of <see cref="ModelMetadata.Preprocessing"/>.</summary>
    public string? Preprocessing { get; init; }
}

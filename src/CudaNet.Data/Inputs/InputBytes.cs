using CudaNet.Engine;

namespace CudaNet.Data;

/// <summary>Reads whole image files of at most a given number of bytes.</summary>
internal static class InputBytes
{
    /// <summary>The bytes of a regular file.</summary>
    /// <exception cref="ImageFormatException">It is too large.</exception>
    /// <exception cref="CudaNetException">It is missing, unreadable or no regular file.</exception>
    public static byte[] Read(string path, long limit) =>
        // What has no length, as under /proc, counts as empty: it may have no end.
        RegularFile.Read(path, file => file.Length == 0 ? [] : Read(file, path, limit));

    /// <summary>The bytes of a stream, from its position to its end; it stays open.</summary>
    /// <exception cref="ImageFormatException">They are too many.</exception>
    /// <exception cref="CudaNetException">The stream fails.</exception>
    public static byte[] Read(Stream stream, string name, long limit) => StreamBytes.Read(stream, name, limit) ?? throw TooMany(name, limit);

    public static ImageFormatException TooMany(string name, long limit) => new($"has more than {Math.Min(limit, Array.MaxLength)} bytes, the most that an image may have")
    {
        File = name,
        Hint = $"If it is trusted, raise {nameof(ImageDecoderOptions)}.{nameof(ImageDecoderOptions.MaxBytes)}.",
    };
}
